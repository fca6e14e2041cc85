package testenv

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// FreeAddr returns "127.a.b.c:port" with a random loopback address on which the
// port is free at that moment; with port 0 the system chooses the port. A port
// below 1024 that this user may not open becomes a free one.
func FreeAddr(port int) (string, error) {
	var last error
	for range 20 {
		host := fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
		l, err := net.Listen("tcp4", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			last = err
			if port > 0 && port < 1024 && isPermission(err) {
				port = 0
			}
			continue
		}
		addr := l.Addr().String()
		l.Close()
		return addr, nil
	}
	return "", fmt.Errorf("looking for a free loopback address with port %d: %w", port, last)
}

// splitAddr splits "host:port"; it panics on anything else, which only an
// address that did not come from FreeAddr can be.
func splitAddr(addr string) (host string, port int) {
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		panic("testenv: " + err.Error())
	}
	port, err = strconv.Atoi(service)
	if err != nil {
		panic("testenv: " + err.Error())
	}
	return host, port
}
