// Prints hybrid.kv: what a client of the hybrid groups (RFC 10024) sends, is sent and comes to, by Go's own primitives.
package main

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Bytes that follow from a name, so that the client's half is the same each time.
func drawn(name string, length int) []byte {
	var out []byte
	for i := 0; len(out) < length; i++ {
		block := sha256.Sum256(fmt.Appendf(nil, "%s %d", name, i))
		out = append(out, block[:]...)
	}
	return out[:length]
}

func block(name string, curve ecdh.Curve, mlkemFirst bool) {
	seed, private := drawn(name+" seed", 64), drawn(name+" ECDH", 32)
	decapsulation := must(mlkem.NewDecapsulationKey768(seed))
	ours := must(curve.NewPrivateKey(private))
	theirs := must(curve.GenerateKey(rand.Reader))
	secret, ciphertext := decapsulation.EncapsulationKey().Encapsulate()
	agreed := must(theirs.ECDH(ours.PublicKey()))
	if !bytes.Equal(agreed, must(ours.ECDH(theirs.PublicKey()))) || !bytes.Equal(secret, must(decapsulation.Decapsulate(ciphertext))) {
		panic("the two ends differ")
	}
	join := func(mlkem, ecdh []byte) []byte {
		if mlkemFirst {
			return append(append([]byte{}, mlkem...), ecdh...)
		}
		return append(append([]byte{}, ecdh...), mlkem...)
	}
	fmt.Printf("\n[%s]\nSeed = %x\nEcdhPrivate = %x\n", name, seed, private)
	fmt.Printf("ClientShare = %x\n", join(decapsulation.EncapsulationKey().Bytes(), ours.PublicKey().Bytes()))
	fmt.Printf("ServerShare = %x\n", join(ciphertext, theirs.PublicKey().Bytes()))
	fmt.Printf("SharedSecret = %x\n", join(secret, agreed))
}

func main() {
	fmt.Println("# Written by make.go, see SOURCE.md. Not to be edited by hand.")
	block("X25519MLKEM768", ecdh.X25519(), true)
	block("SecP256r1MLKEM768", ecdh.P256(), false)
}
