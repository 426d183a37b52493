using System.Security.Cryptography;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Approvals;

/// <summary>The private half of a key with which somebody approves plans (ECDSA over P-256). Who can read it can approve.</summary>
public sealed class ApprovalKey : IDisposable
{
    private readonly ECDsa _key;

    private ApprovalKey(ECDsa key) => _key = key;

    /// <summary>The public half as policies name it: the key in SubjectPublicKeyInfo form, in Base64.</summary>
    public string PublicKey => Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());

    /// <summary>Makes a key.</summary>
    public static ApprovalKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a key.</summary>
    /// <param name="pem">The text that <see cref="ToPem"/> returns.</param>
    /// <exception cref="FormatException">It is no private key of this kind.</exception>
    public static ApprovalKey Parse(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return new ApprovalKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new FormatException("This is no private key for approvals in PEM form.", e);
        }
    }

    /// <summary>Returns the private half as PEM. It is a secret.</summary>
    public string ToPem() => _key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>Signs an approval.</summary>
    /// <param name="plan">What is approved.</param>
    /// <param name="name">The name of the approver in the policy.</param>
    /// <param name="time">When.</param>
    /// <exception cref="ArgumentException">The name has other characters than letters, digits, dots, dashes and underscores.</exception>
    public Approval Approve(Plan plan, string name, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ApprovalNames.Check(name);
        byte[] text = Approval.Text(plan.Id, Approval.ByKey, name, time);
        return new Approval(plan.Id, Approval.ByKey, name, time, Convert.ToBase64String(_key.SignData(text, HashAlgorithmName.SHA256)));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
