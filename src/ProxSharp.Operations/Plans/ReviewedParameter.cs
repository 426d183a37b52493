using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Writes parameters for people who have to decide about a call: what cannot be seen cannot be approved.</summary>
internal static class ReviewedParameter
{
    // Of the names under which secrets and harmless things stand, those that are secrets: in every call, or in those below a path.
    private static readonly (string Name, string Path)[] s_certain =
    [
        ("response", ""), ("code", ""), ("header", ""), ("headers", ""), ("otel-headers", ""), ("value", "/access/"), ("data", "/acme/plugins"),
    ];

    /// <summary>Writes a value: masked as a whole if it is a secret for certain, otherwise in full but for the passwords and tokens inside it.</summary>
    public static string Show(string path, ApiParameter parameter)
    {
        if (IsSecret(path, parameter.Name))
        {
            return Secrets.Mask;
        }

        // The address of a webhook is its secret.
        string text = path.Contains("/notifications/", StringComparison.Ordinal)
            ? SecretFragments.WithoutAddressTails(parameter.Text, Secrets.Mask)
            : parameter.Text;
        bool isProgram = parameter.Name == "command" && path.EndsWith("/agent/exec", StringComparison.Ordinal);
        string shown = isProgram ? text : SecretFragments.Replace(text, Secrets.Mask);
        return UntrustedText.Clean(shown.ReplaceLineEndings("\\n").Replace("\t", "\\t", StringComparison.Ordinal), int.MaxValue);
    }

    /// <summary>True if a value is not shown, or not all of it.</summary>
    public static bool IsMasked(string path, ApiParameter parameter) => Show(path, parameter).Contains(Secrets.Mask, StringComparison.Ordinal);

    private static bool IsSecret(string path, string name)
    {
        string plain = name.Replace('_', '-');

        // The target of a remote migration holds a token, which is masked inside it, and where the guest goes, which is not.
        return Secrets.IsDoubtful(plain)
            ? s_certain.Any(rule => rule.Name.Equals(plain, StringComparison.OrdinalIgnoreCase) && path.Contains(rule.Path, StringComparison.Ordinal))
            : plain != "target-endpoint" && Secrets.IsSecret(plain);
    }
}
