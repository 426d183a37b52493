using System.Text;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>Knows which parameters are secrets and keeps them out of texts.</summary>
internal static class Secrets
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "***";

    private static readonly string[] s_parts = ["password", "passwd", "secret", "ticket", "token", "cipassword", "private-key", "privkey", "encryption-key", "otp", "csrf", "credential"];

    private static readonly HashSet<string> s_whole = new(StringComparer.OrdinalIgnoreCase)
    {
        "key", "keys", "value", "tfa-challenge", "response", "challenge", "authkey", "keyring", "private", "sid-key", "eab-hmac-key", "license", "code", "state",
    };

    // Names that hold one of the words above but no secret.
    private static readonly HashSet<string> s_harmless = new(StringComparer.OrdinalIgnoreCase) { "tokenid", "token-name", "tokenname", "token-id" };

    /// <summary>Tells whether the value of a parameter must not be shown.</summary>
    public static bool IsSecret(string name)
    {
        if (s_harmless.Contains(name))
        {
            return false;
        }

        if (s_whole.Contains(name))
        {
            return true;
        }

        foreach (string part in s_parts)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Replaces the values of secret parameters wherever they stand in a text.</summary>
    public static string Redact(string text, ApiParameters parameters)
    {
        foreach (ApiParameter parameter in parameters)
        {
            // Very short values would tear holes into innocent words.
            if (parameter.Text.Length >= 4 && IsSecret(parameter.Name))
            {
                text = text.Replace(parameter.Text, Mask, StringComparison.Ordinal);
            }
        }

        return text;
    }

    /// <summary>Writes parameters for a log, secrets masked and long values cut.</summary>
    public static string Describe(ApiParameters parameters)
    {
        StringBuilder text = new();
        foreach (ApiParameter parameter in parameters)
        {
            text.Append(text.Length > 0 ? " " : "").Append(parameter.Name).Append('=');
            text.Append(IsSecret(parameter.Name) ? Mask : parameter.Text.Length > 100 ? $"{parameter.Text[..100]}..." : parameter.Text);
        }

        return text.ToString();
    }
}
