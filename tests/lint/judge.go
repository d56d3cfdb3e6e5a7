// Judges the chains of cases.json with crypto/x509. Prints {"version": .., "verdicts": [..]}: per chain null for accepted,
// or why it is refused.
package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
)

type request struct {
	Folder string
	Client bool
	Host   string
}

// judge does as crypto/tls does: it parses all that was sent, and verifies the first.
func judge(asked request) error {
	text, err := os.ReadFile(filepath.Join(asked.Folder, "chain.pem"))
	if err != nil {
		return err
	}
	var leaf *x509.Certificate
	options := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err
		}
		if leaf == nil {
			leaf = certificate
		} else {
			options.Intermediates.AddCert(certificate)
		}
	}
	anchors, err := os.ReadFile(filepath.Join(asked.Folder, "ca.pem"))
	if err != nil {
		return err
	}
	options.Roots.AppendCertsFromPEM(anchors)
	if asked.Client {
		options.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	} else {
		options.DNSName = asked.Host
	}
	_, err = leaf.Verify(options)
	return err
}

func main() {
	var asked []request
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &asked)
	}
	if err != nil {
		panic(err)
	}
	verdicts := make([]*string, len(asked))
	for i := range asked {
		if err := judge(asked[i]); err != nil {
			why := err.Error()
			verdicts[i] = &why
		}
	}
	told := map[string]any{"version": runtime.Version(), "verdicts": verdicts}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		panic(err)
	}
}
