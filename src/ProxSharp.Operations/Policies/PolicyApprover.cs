using System.Security.Cryptography;

namespace ProxSharp.Operations.Policies;

/// <summary>Somebody whose key approves plans.</summary>
internal sealed class PolicyApprover
{
    private readonly byte[] _key;

    private PolicyApprover(string name, byte[] key) => (Name, _key) = (name, key);

    public string Name { get; }

    /// <summary>Reads the public half of a key; null if it is none.</summary>
    public static PolicyApprover? Read(string name, string key)
    {
        try
        {
            byte[] bytes = Convert.FromBase64String(key);
            using ECDsa ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(bytes, out int read);
            return read == bytes.Length ? new PolicyApprover(name, bytes) : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return null;
        }
    }

    public bool Verifies(byte[] text, byte[] signature)
    {
        using ECDsa ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(_key, out _);
        return ecdsa.VerifyData(text, signature, HashAlgorithmName.SHA256);
    }
}
