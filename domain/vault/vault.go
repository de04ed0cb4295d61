// Package vault seals what must not lie about in plain: phone numbers, bank accounts, second-factor secrets. Every
// person has a key of their own, itself wrapped by the house's master secret; destroying the key erases the person's
// sealed data wherever copies of it are. Equality search goes through a keyed digest, never through the plain text.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
)

// Key is one person's key, 32 bytes, in the clear only while it is used.
type Key []byte

// Vault holds the two keys derived from the master secret.
type Vault struct {
	wrap  cipher.AEAD
	index []byte
}

// ErrSecret says the master secret is too short to be one.
var ErrSecret = errors.New("the master secret must have at least 32 bytes")

// ErrSealed says a sealed value cannot be opened: another key, or altered bytes.
var ErrSealed = errors.New("sealed value cannot be opened")

// New derives the working keys from the master secret (at least 32 bytes).
func New(secret []byte) (*Vault, error) {
	if len(secret) < 32 {
		return nil, ErrSecret
	}
	wrapKey, err := hkdf.Key(sha256.New, secret, nil, "seedbed person keys", 32)
	if err != nil {
		return nil, err
	}
	index, err := hkdf.Key(sha256.New, secret, nil, "seedbed search index", 32)
	if err != nil {
		return nil, err
	}
	wrap, err := aead(wrapKey)
	return &Vault{wrap, index}, err
}

// Derive is a further working key for a named purpose, such as signing forms.
func Derive(secret []byte, purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, secret, nil, "seedbed "+purpose, 32)
}

// Index is the keyed digest by which a value is found again.
func (v *Vault) Index(purpose, value string) []byte {
	h := hmac.New(sha256.New, v.index)
	h.Write([]byte(purpose + "\x00" + value))
	return h.Sum(nil)
}

// NewKey makes a person's key and its wrapped form, which is what is stored.
func (v *Vault) NewKey() (key Key, wrapped []byte) {
	key = make(Key, 32)
	_, _ = rand.Read(key)
	return key, seal(v.wrap, key, nil)
}

// Unwrap opens a stored key.
func (v *Vault) Unwrap(wrapped []byte) (Key, error) { return open(v.wrap, wrapped, nil) }

// Seal encrypts a value under a person's key; purpose is bound in, so a value cannot be moved to another column.
func (k Key) Seal(purpose, value string) ([]byte, error) {
	box, err := aead(k)
	if err != nil {
		return nil, err
	}
	return seal(box, []byte(value), []byte(purpose)), nil
}

// Open decrypts what Seal made.
func (k Key) Open(purpose string, sealed []byte) (string, error) {
	box, err := aead(k)
	if err != nil {
		return "", err
	}
	plain, err := open(box, sealed, []byte(purpose))
	return string(plain), err
}

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func seal(box cipher.AEAD, plain, bound []byte) []byte {
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(plain)+box.Overhead())
	_, _ = rand.Read(nonce)
	return box.Seal(nonce, nonce, plain, bound)
}

func open(box cipher.AEAD, sealed, bound []byte) ([]byte, error) {
	n := box.NonceSize()
	if len(sealed) < n {
		return nil, ErrSealed
	}
	plain, err := box.Open(nil, sealed[:n], sealed[n:], bound)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
