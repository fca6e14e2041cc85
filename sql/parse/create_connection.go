package parse

import "culvert/sql/ast"

// connectionTypes are in the order in which they are tried.
var connectionTypes = []ast.ConnectionType{
	ast.ConnectionAWSPrivateLink, ast.ConnectionAWSGlue, ast.ConnectionAWS, ast.ConnectionConfluent, ast.ConnectionGCP,
	ast.ConnectionIceberg, ast.ConnectionKafka, ast.ConnectionMySQL, ast.ConnectionPostgres, ast.ConnectionSQLServer,
	ast.ConnectionSSHTunnel, ast.ConnectionYugabyte,
}

// connectionOptions are those of every type of connection: which type has
// which is for planning to say, since ALTER CONNECTION does not name the type.
var connectionOptions = func() optionSet {
	s := newOptions("connection option",
		namedReader{"ACCESS DELEGATION, ACCESS KEY ID, ASSUME ROLE ARN, ASSUME ROLE SESSION NAME, AVAILABILITY ZONES", anyValue},
		namedReader{"CATALOG TYPE, CREDENTIAL, DATABASE, ENDPOINT, HOST, HOST KEY, HOST KEY CHECKING", anyValue},
		namedReader{"OAUTH2 SERVER URL, PASSWORD, PORT, PROGRESS TOPIC, PROGRESS TOPIC REPLICATION FACTOR", anyValue},
		namedReader{"PUBLIC KEY 1, PUBLIC KEY 2, REGION, REGISTRY, SASL MECHANISMS, SASL PASSWORD, SASL USERNAME", anyValue},
		namedReader{"SCOPE, SECRET ACCESS KEY, SECURITY PROTOCOL, SERVICE ACCOUNT KEY, SERVICE NAME, SESSION TOKEN", anyValue},
		namedReader{"SSL CERTIFICATE, SSL CERTIFICATE AUTHORITY, SSL KEY, SSL MODE, URL, USER, USERNAME, WAREHOUSE", anyValue},
		namedReader{"AWS CONNECTION, GCP CONNECTION, SSH TUNNEL", itemValue},
		namedReader{"AWS PRIVATELINK", privateLinkValue},
		namedReader{"BROKER", brokerValue},
		namedReader{"BROKERS", brokerValues},
	)
	s.blanks = true
	return s
}()

var connectionWith = newOptions("option", namedReader{"VALIDATE", anyValue})

// createConnection reads CREATE CONNECTION. The older form has FOR in place of
// TO and no brackets.
func createConnection(p *parser) ast.Statement {
	s := &ast.CreateConnection{Source: p.source()}
	p.expect("connection")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.objectName()
	old := false
	switch {
	case p.accept("to"):
	case p.accept("for"):
		old = true
	default:
		p.fail()
	}
	s.TypePos = p.pos()
	s.Type = readConnectionType(p)
	if old && !p.peek().IsPunct("(") {
		s.Options = userNames(readOptions(p, connectionOptions))
	} else {
		s.Options = userNames(readOptionsInBrackets(p, connectionOptions))
	}
	s.With = readWith(p, connectionWith)
	return s
}

// userNames gives USERNAME its canonical name, USER.
func userNames(options []ast.Option) []ast.Option {
	for i := range options {
		if options[i].Name == "USERNAME" {
			options[i].Name = "USER"
		}
	}
	return options
}

func readConnectionType(p *parser) ast.ConnectionType {
	for _, t := range connectionTypes {
		if p.accept(lower(string(t))) {
			return t
		}
	}
	p.expected = []string{"the type of the connection"}
	p.fail()
	return ""
}
