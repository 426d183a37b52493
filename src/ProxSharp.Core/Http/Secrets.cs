using System.Text;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>Knows which parameters are secrets and keeps them out of texts.</summary>
internal static class Secrets
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "***";

    // A name that holds one of these anywhere is a secret's.
    private static readonly string[] s_parts = ["password", "passwd", "secret", "ticket", "credential", "csrf"];

    // A name that has one of these as a word of its own is a secret's: "otp" is one, "hotplug" is not.
    private static readonly HashSet<string> s_words = new(StringComparer.OrdinalIgnoreCase) { "token", "otp", "hmac", "privkey", "authkey" };

    // Whole names, with hyphens.
    private static readonly HashSet<string> s_whole = new(StringComparer.OrdinalIgnoreCase)
    {
        "key", "keys", "tfa-challenge", "challenge", "keyring", "private", "private-key", "encryption-key", "client-key", "sid-key", "license",
        "target-endpoint",
    };

    // Names under which a secret may stand, depending on the call: settings of plugins, headers, proxies with a password, files, logins.
    private static readonly HashSet<string> s_doubtful = new(StringComparer.OrdinalIgnoreCase)
    {
        "value", "response", "code", "state", "data", "header", "headers", "otel-headers", "http-proxy", "proxy", "input-data", "content",
        "command", "commands", "env", "args", "body", "entrypoint", "cmd-opts",
    };

    // States of high availability and kinds of content are no secrets, although a login and a file have such names too.
    private static readonly HashSet<string> s_plainWords = new(StringComparer.Ordinal)
    {
        "started", "stopped", "enabled", "disabled", "ignored", "images", "rootdir", "vztmpl", "iso", "backup", "snippets", "import", "none",
    };

    // Names that hold one of the words above but no secret.
    private static readonly HashSet<string> s_harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "token-name", "token-id", "token-coefficient", "generate-password",
    };

    /// <summary>Tells whether the value of a parameter must not be shown.</summary>
    public static bool IsSecret(string name)
    {
        string plain = name.Replace('_', '-');
        if (s_harmless.Contains(plain))
        {
            return false;
        }

        return s_whole.Contains(plain)
            || s_doubtful.Contains(plain)
            || s_parts.Any(part => plain.Contains(part, StringComparison.OrdinalIgnoreCase))
            || plain.Split('-').Any(s_words.Contains);
    }

    /// <summary>Tells whether a value must not be shown.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="text">The value.</param>
    /// <param name="path">The path of the call; empty if it is not known.</param>
    public static bool IsSecret(string name, string text, string path = "") =>
        IsSecret(name) && !(IsDoubtful(name) && text.Split(',').All(s_plainWords.Contains)) && !IsPowerOfNode(name, text, path);

    /// <summary>Tells whether secrets and harmless things stand under a name, depending on the call.</summary>
    public static bool IsDoubtful(string name) => s_doubtful.Contains(name.Replace('_', '-'));

    /// <summary>Writes the value of a parameter for people: masked as a whole if it is a secret, otherwise without the secrets inside it.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="text">The value.</param>
    /// <param name="path">The path of the call; empty if it is not known.</param>
    public static string Show(string name, string text, string path = "") =>
        IsSecret(name, text, path) ? Mask : SecretFragments.Replace(SecretFragments.WithoutAddressTails(text, Mask), Mask);

    /// <summary>Replaces the secrets among the parameters wherever they stand in a text.</summary>
    public static string Redact(string text, ApiParameters parameters)
    {
        foreach (ApiParameter parameter in parameters)
        {
            bool isSecret = IsSecret(parameter.Name);

            // Very short values would tear holes into innocent words, and a doubtful one that is short is a word itself ("started").
            int shortest = s_doubtful.Contains(parameter.Name.Replace('_', '-')) ? 12 : 4;
            if (isSecret && parameter.Text.Length >= shortest)
            {
                text = text.Replace(parameter.Text, Mask, StringComparison.Ordinal);
            }

            // A server may repeat only the part of a value that it stumbled over.
            foreach (string fragment in SecretFragments.Of(parameter.Text, withAllValues: isSecret).Where(static fragment => fragment.Length >= 4))
            {
                text = text.Replace(fragment, Mask, StringComparison.Ordinal);
            }
        }

        return text;
    }

    /// <summary>Writes parameters for a log, secrets masked and long values cut.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="path">The path of the call; empty if it is not known.</param>
    public static string Describe(ApiParameters parameters, string path = "")
    {
        StringBuilder text = new();
        foreach (ApiParameter parameter in parameters)
        {
            string value = Show(parameter.Name, parameter.Text, path);
            text.Append(text.Length > 0 ? " " : "").Append(parameter.Name).Append('=').Append(value.Length > 100 ? $"{value[..100]}..." : value);
        }

        return text.ToString();
    }

    // Proxmox: what switches a node off is a command as well, and one of two words; everywhere else a command is what a guest or a monitor runs.
    private static bool IsPowerOfNode(string name, string text, string path) =>
        name == "command" && (text is "reboot" or "shutdown") && path.Split('/') is [.., "nodes", _, "status"];
}
