using System.Text.Encodings.Web;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Writes parameters for people who have to decide about a call, and for the record of it. What cannot be seen cannot be approved, and a record that hides
/// what is no secret tells nothing; a name alone does not say which it is, the call does.
/// </summary>
internal static class ReviewedParameter
{
    // What is a secret although its name is an innocent one: in every call, or in those whose path has a part.
    private static readonly (string Name, string Path)[] s_certain =
    [
        ("response", ""), ("code", ""), ("header", ""), ("headers", ""), ("otel-headers", ""), ("value", "/access/"), ("data", "/acme/plugins"),
        ("tfa", "/access/domains"), ("totp", "/access/tfa"),
    ];

    // What whoever decides about a call must see, and nobody needs to read who only looks: arguments and variables of programs, and what a notification sends along.
    private static readonly (string Name, string Path)[] s_keptFromReaders = [("args", "/qemu"), ("env", "/lxc"), ("entrypoint", "/lxc"), ("body", "/notifications/")];

    // What has the name of a secret and is none: where a guest goes, masked inside, the name of a key, keys to press, and the mark of a lock, which gives no right.
    private static readonly (string Name, string Path)[] s_innocent =
        [("target-endpoint", ""), ("encryption-key", "/push"), ("key", "/sendkey"), ("lock-token", "")];

    // What people put in files, guests and templates. Whoever decides must see it; in a record that stays it could be anything.
    private static readonly (string Name, string Path)[] s_content =
    [
        ("content", "/agent/file-write"), ("input-data", ""), ("data", "/hosts"), ("command", "/monitor"), ("commands", "/execute"), ("state", "/access/"),
        ("args", ""), ("env", ""), ("entrypoint", ""), ("body", ""), ("cmd-opts", ""), ("key", "/sendkey"),
    ];

    /// <summary>The parameters that hold sentences, which anybody may have written first.</summary>
    public static IReadOnlyList<string> FreeTexts { get; } =
    [
        "description", "notes", "comment", "comments", "comments6", "notes-template", "firstname", "lastname", "email", "alias", "author", "base_dn", "base-dn",
        "bind_dn", "bind-dn", "bucket", "ciuser", "consent-text", "contact", "email-from", "filter", "from-address", "group_dn", "group_filter", "hint", "location",
        "match-field", "organization", "otel-resource-attributes", "ovs_options", "searchdomain",
    ];

    /// <summary>True for the name of such a parameter.</summary>
    public static bool IsFreeText(string name) => FreeTexts.Contains(name, StringComparer.Ordinal);

    /// <summary>Writes a value: masked as a whole if it is a secret for certain, otherwise in full but for the passwords and tokens inside it.</summary>
    public static string Show(string path, ApiParameter parameter)
    {
        if (IsSecret(path, parameter.Name))
        {
            return Secrets.Mask;
        }

        string text = WithoutSecretAddresses(path, parameter.Text);
        string shown = IsProgram(path, parameter.Name) ? text : SecretFragments.Replace(text, Secrets.Mask);
        return UntrustedText.Clean(shown.ReplaceLineEndings("\\n").Replace("\t", "\\t", StringComparison.Ordinal), int.MaxValue);
    }

    /// <summary>A text in quotes, as JSON writes it; one of letters, digits and the like alone stands for itself.</summary>
    public static string InQuotes(string text) => text.All(static sign => char.IsLetterOrDigit(sign) || "_.,:;/@+*-".Contains(sign, StringComparison.Ordinal)) ? text
        : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    /// <summary>
    /// Writes a value for the ledger: masked as a whole if it is a secret or the content of something, otherwise without secrets and signed links inside it.
    /// </summary>
    public static string Record(string path, ApiParameter parameter)
    {
        // Who approves a program must see it; only what a template of the policy allows gets this far.
        if (IsProgram(path, parameter.Name))
        {
            return parameter.Text;
        }

        return IsKeptOut(path, parameter.Name)
            ? Secrets.Mask
            : SecretFragments.Replace(SecretFragments.WithoutAddressTails(parameter.Text, Secrets.Mask), Secrets.Mask);
    }

    /// <summary>True if a value is not shown, or not all of it.</summary>
    public static bool IsMasked(string path, ApiParameter parameter) => Show(path, parameter).Contains(Secrets.Mask, StringComparison.Ordinal);

    /// <summary>True if the ledger holds nothing of a value.</summary>
    public static bool IsKeptOut(string path, string name) => IsSecret(path, name) || Has(s_content, path, name);

    /// <summary>True for what is a secret although its name is an innocent one, also where a server answers with it.</summary>
    public static bool IsCertain(string path, string name) => Has(s_certain, path, name);

    /// <summary>True for what may be a secret where a server answers with it, although its name is an innocent one.</summary>
    public static bool IsMaskedInAnswer(string path, string name) => IsCertain(path, name) || Has(s_keptFromReaders, path, name);

    /// <summary>Cuts addresses down to their server where they are secrets, also where a server answers with them: that of a webhook is all it takes to use it.</summary>
    public static string WithoutSecretAddresses(string path, string text) => path.Contains("/notifications/", StringComparison.Ordinal)
        ? SecretFragments.WithoutAddressTails(text, Secrets.Mask)
        : text;

    private static bool IsProgram(string path, string name) => name == "command" && path.EndsWith("/agent/exec", StringComparison.Ordinal);

    /// <summary>True for what is a secret in a call.</summary>
    public static bool IsSecret(string path, string name) =>
        Has(s_certain, path, name) || (!Secrets.IsDoubtful(name) && !Has(s_innocent, path, name) && Secrets.IsSecret(name));

    private static bool Has((string Name, string Path)[] rules, string path, string name)
    {
        string plain = name.Replace('_', '-');
        return rules.Any(rule => rule.Name.Equals(plain, StringComparison.OrdinalIgnoreCase) && path.Contains(rule.Path, StringComparison.Ordinal));
    }
}
