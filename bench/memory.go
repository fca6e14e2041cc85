package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// resetPeak sets culvert's VmHWM back to what it has now, so that each leg shows
// its own peak (proc(5): writing 5 to clear_refs).
func (s *stage) resetPeak() error {
	if s.culvert == nil {
		return nil
	}
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.culvert.PID()), []byte("5"), 0)
}

// peak returns culvert's VmHWM since resetPeak in MB (10^6 bytes), or 0 without
// culvert.
func (s *stage) peak() (float64, error) {
	if s.culvert == nil {
		return 0, nil
	}
	kB, err := procField(fmt.Sprintf("/proc/%d/status", s.culvert.PID()), "VmHWM")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(kB, " kB"), 64)
	return n * 1024 / 1e6, err
}

// cpuTime returns how much processor time culvert has used.
func (s *stage) cpuTime() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.culvert.PID()))
	if err != nil {
		return 0, err
	}
	// Field 2, the name, may hold blanks; utime and stime are fields 14 and 15, in
	// ticks of 1/100 s (proc(5)).
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	ticks := 0
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// procField returns the value of the first line "name: value" of a file of /proc.
func procField(path, name string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("%s has no %s", path, name)
}

// describeMachine says in one line what the figures were measured on.
func describeMachine() string {
	model, err := procField("/proc/cpuinfo", "model name")
	if err != nil {
		model = "unknown processor" // not every architecture names it
	}
	parts := []string{fmt.Sprintf("%d × %s", runtime.NumCPU(), model)}
	if kB, err := procField("/proc/meminfo", "MemTotal"); err == nil {
		if n, err := strconv.Atoi(strings.TrimSuffix(kB, " kB")); err == nil {
			parts = append(parts, fmt.Sprintf("%.0f GB of memory", float64(n)*1024/1e9))
		}
	}
	var name unix.Utsname
	if err := unix.Uname(&name); err == nil {
		parts = append(parts, unix.ByteSliceToString(name.Sysname[:])+" "+unix.ByteSliceToString(name.Release[:]))
	}
	return strings.Join(append(parts, runtime.Version()), ", ")
}
