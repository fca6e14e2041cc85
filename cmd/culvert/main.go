// Command culvert is the server: it keeps live copies of tables behind SSH
// bastions and answers SQL over them.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "dev"

// exitFatal is the exit code after a fatal error of the engine (EX_SOFTWARE of
// sysexits.h): whoever supervises the process starts it again.
const exitFatal = 70

func main() {
	root := &cobra.Command{
		Use:           "culvert",
		Short:         "Live copies of PostgreSQL tables behind SSH bastions, in SQL",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(serveCommand(), versionCommand())
	err := root.Execute()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "culvert:", err)
	if errors.Is(err, errEngineFatal) {
		os.Exit(exitFatal)
	}
	os.Exit(1)
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run:   func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), "culvert", version) },
	}
}
