package exec

import (
	"context"
	"strings"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/server/auth"
	"culvert/sql/pgerr"
	"culvert/sql/plan"
	"culvert/sql/types"
)

func createRole(ctx context.Context, s *Session, p *plan.CreateRole) error {
	if err := setLogin(s, p.Role, p.Login); err != nil {
		return err
	}
	return putRole(ctx, s, "CREATE ROLE", p.Role)
}

// putRole stores a role.
func putRole(ctx context.Context, s *Session, what string, r *catalog.Role) error {
	draft, err := s.change(ctx, what)
	if err != nil {
		return err
	}
	s.tx.edits = sequence.Add(1)
	return draft.ApplyRole(ctx, s.conn, r, "")
}

// setLogin gives a role its password and the end of it.
func setLogin(s *Session, role *catalog.Role, login plan.Login) error {
	if login.ValidUntil != nil {
		until, err := types.TimestamptzFromText(*login.ValidUntil, -1, s.Env())
		if err != nil {
			return err
		}
		role.ValidUntil = &until
	}
	if login.Password == nil {
		return nil
	}
	verifier, err := verifierOf(*login.Password)
	if err != nil || verifier.IsZero() {
		role.Password = nil
		return err
	}
	role.Password, err = s.srv.opts.Sealer.Seal(verifier, role.PasswordPlace())
	return err
}

// verifierOf makes what is kept of a password: a client may send the verifier
// itself, as psql's \password does. Of an empty password nothing is kept.
func verifierOf(password secrets.Value) (secrets.Value, error) {
	text := password.RevealString()
	if text == "" {
		return secrets.Value{}, nil
	}
	if isMD5(text) {
		return secrets.Value{}, pgerr.New(pgerr.FeatureNotSupported, "MD5 passwords are not supported").
			WithHint("Set password_encryption to scram-sha-256 in the client.")
	}
	verifier, err := auth.ParseVerifier(text)
	if err != nil {
		if verifier, err = auth.NewVerifier(text); err != nil {
			return secrets.Value{}, err
		}
	}
	if verifier.Matches("") {
		return secrets.Value{}, nil
	}
	return secrets.NewValue([]byte(verifier.Text())), nil
}

// isMD5 knows the form of PostgreSQL's MD5 passwords (get_password_type in
// crypt.c).
func isMD5(text string) bool {
	hash, ok := strings.CutPrefix(text, "md5")
	return ok && len(hash) == 32 && strings.Trim(hash, "0123456789abcdef") == ""
}
