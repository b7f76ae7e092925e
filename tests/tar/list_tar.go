// As list_tar.c, with Go's archive/tar. Used by readers.py where there is a go command.
package main

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

func list(path string, out *bufio.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := tar.NewReader(bufio.NewReader(file))
	for {
		h, err := reader.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		hash := sha256.New()
		if _, err = io.Copy(hash, reader); err != nil {
			return err
		}
		var xattrs []string
		for key, value := range h.PAXRecords {
			if name := strings.TrimPrefix(key, "SCHILY.xattr."); name != key {
				xattrs = append(xattrs, fmt.Sprintf("%x=%x", name, value))
			}
		}
		sort.Strings(xattrs)
		mtime := ""
		if !h.ModTime.IsZero() {
			mtime = fmt.Sprintf("%d.%09d", h.ModTime.Unix(), h.ModTime.Nanosecond())
		}
		fmt.Fprintf(out, "%02x\t%x\t%x\t%d\t%o\t%d\t%d\t%s\t%d:%d\t%x\t%s\n", h.Typeflag, h.Name, h.Linkname, h.Size,
			h.Mode&07777, h.Uid, h.Gid, mtime, h.Devmajor, h.Devminor, hash.Sum(nil), strings.Join(xattrs, ","))
	}
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := list(lines.Text(), out); err != nil {
			fmt.Fprintf(out, "error\t%s\n", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Fprintln(out, "end")
		}
	}
}
