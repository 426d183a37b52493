using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Http;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Text;

/// <summary>Makes what servers say fit for agents: secrets are masked, the text of others is marked, control characters are gone, long texts are cut.</summary>
internal static partial class SafeText
{
    /// <summary>How long a text may be, in characters.</summary>
    public const int UsualLength = 1000;

    private const int PlainLength = 64;
    private const string WordLetter = @"[\p{L}\p{N}_.:;,@/+=!-]";
    private const int LongestName = 100;
    private const string Call = "call";

    // Whoever has rights in a guest or in a pool writes these. Statuses of tasks repeat what programs in guests said.
    private static readonly HashSet<string> s_foreign = new(
        [
            .. ReviewedParameter.FreeTexts, "name", "hostname", "tags", "t", "line", "msg", "message", "title", "out-data", "err-data", "result", "value", "status",
            "exit", "exitstatus", "log", "error", "starttext", "last_line", "text", "file", "filename", "data", "pending",
            "last-run-state", "gc", "verify", "prune", "sync", "template", "interfaces-diff", "frr-diff",
        ],
        StringComparer.Ordinal);

    // What a setting has beside its name, where settings are listed.
    private static readonly string[] s_settings = ["value", "pending", "delete"];

    private static readonly string[] s_secretParts = ["password", "passwd", "secret", "ticket", "csrf", "private", "credential"];

    private static readonly HashSet<string> s_secretNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "key", "keys", "keyring", "token", "hmac", "otp", "privkey", "authkey", "encryption-key", "client-key", "master-key", "totp", "recovery",
    };

    /// <summary>What may stand behind the class of a call.</summary>
    public static IReadOnlyList<string> Remarks { get; } = [.. StateRaises.Whys, Consequences.TwoGuests, Consequences.Whole];

    /// <summary>
    /// True if the text under this name was written by others than the server. A status is in some lists only, and is marked where it is a sentence.
    /// </summary>
    public static bool IsForeign(string name) => name != "status" && s_foreign.Contains(name);

    /// <summary>
    /// Under which name a member of an object is to be judged. In a list of settings the name of each is the member <c>key</c>, which is no secret there, and
    /// its values are as secret as that name.
    /// </summary>
    /// <param name="members">The object.</param>
    /// <param name="name">The member.</param>
    public static string NameIn(JsonObject members, string name)
    {
        bool isListed = members["key"] is JsonValue key && key.GetValueKind() == JsonValueKind.String && s_settings.Any(members.ContainsKey);
        return isListed && name == "key" ? "setting"
            : s_settings.Contains(name) && (isListed ? members["key"] : members["name"])?.ToString() is { } setting && IsSecret(setting) ? setting
            : name;
    }

    /// <summary>Makes a safe copy of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="name">Under which name it stands.</param>
    /// <param name="length">How long each text may be, in characters.</param>
    /// <param name="isForeign">True if others wrote all of it, whatever the names are; false to go by the names.</param>
    public static JsonNode? Of(JsonNode? value, string name, int length = UsualLength, bool isForeign = false)
    {
        switch (value)
        {
            case JsonObject when IsSecret(name):
                return JsonValue.Create(Secrets.Mask);
            case JsonObject members:
                JsonObject copy = [];
                foreach ((string key, JsonNode? member) in members)
                {
                    copy[isForeign ? Marked(WithoutSecrets(key), LongestName) : UntrustedText.Clean(key, LongestName)] = Of(member, NameIn(members, key), length, isForeign);
                }

                return copy;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Of(item, name, length, isForeign))]);
            case JsonValue single when single.TryGetValue(out string? text):
                return JsonValue.Create(isForeign && !IsSecret(name) ? Marked(WithoutSecrets(text), length) : Of(text, name, length));
            default:
                return IsSecret(name) && value is not null ? JsonValue.Create(Secrets.Mask) : value?.DeepClone();
        }
    }

    /// <summary>Makes a text safe.</summary>
    public static string Of(string text, string name, int length = UsualLength)
    {
        if (text.Length > 0 && IsSecret(name))
        {
            return Secrets.Mask;
        }

        string open = WithoutSecrets(text);
        return name == Call ? OfCall(open, length)
            : s_foreign.Contains(name) ? Marked(open, length)
            : UntrustedText.Clean(open, length);
    }

    /// <summary>Makes a sentence about a plan safe. The class of a call may stand behind the name of a secret: it is a word of ours and none.</summary>
    /// <param name="line">The sentence.</param>
    /// <param name="isOwn">True if whoever is told has written what the calls set.</param>
    public static string OfConsequence(string line, bool isOwn = false)
    {
        if (line.StartsWith(Consequences.OverwritesStart, StringComparison.Ordinal))
        {
            string change = line[Consequences.OverwritesStart.Length..];
            return Consequences.OverwritesStart + (change.Contains('\u201C', StringComparison.Ordinal) ? OfOwn(change) : Of(change, "text"));
        }

        Match end = Ending.Match(line);
        return end.Success && end.Groups["class"].Captures.All(static word => OperationCatalogue.TryParseClass(word.Value, out _))
            ? Of(line[..end.Index], isOwn ? "consequence" : Call) + end.Value
            : OfOwn(line);
    }

    /// <summary>Makes a sentence of our own safe in which others are quoted: what they wrote is marked, unless it is a single word.</summary>
    public static string OfOwn(string sentence, int length = UsualLength) => MarkQuoted(UntrustedText.Clean(WithoutSecrets(sentence), length));

    /// <summary>Marks what is quoted in a sentence that was cleaned already, as <see cref="OfOwn"/> does.</summary>
    public static string MarkQuoted(string sentence) =>
        UntrustedText.MarkQuoted(QuotedWord.Replace(sentence, static match => $"'{match.Groups["word"].Value}'"));

    private static Regex QuotedWord => field ??= new($"\u201C(?<word>{WordLetter}{{0,{PlainLength}}})\u201D", RegexOptions.ExplicitCapture);

    // A word is no sentence: marks around each name of a guest would cost more than they tell. Lists say which columns are foreign.
    private static string Marked(string open, int length)
    {
        string clean = UntrustedText.Clean(open, length);
        return open.Length <= PlainLength && Word().IsMatch(clean) ? clean : UntrustedText.Mark(open, length)!;
    }

    // What a call sets may be what a guest's notes said before. It stands behind all other parameters, because nobody can tell where it ends.
    private static string OfCall(string open, int length)
    {
        Match text = FreeText.Match(open);
        int start = text.Index + text.Length;
        return text.Success && start < length
            ? UntrustedText.Clean(open[..start], length) + Marked(open[start..], length - start)
            : UntrustedText.Clean(open, length);
    }

    /// <summary>Masks what looks like a secret wherever it stands: keys, tickets, tokens, passwords in addresses.</summary>
    public static string WithoutSecrets(string text) =>
        SecretFragments.Replace(Ticket().Replace(KeyBlock().Replace(text, Secrets.Mask), Secrets.Mask), Secrets.Mask);

    private static bool IsSecret(string name) => s_secretNames.Contains(name)
        || s_secretParts.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase))
        || (!Secrets.IsDoubtful(name) && Secrets.IsSecret(name));

    [GeneratedRegex($"^{WordLetter}*$")]
    private static partial Regex Word();

    private static Regex FreeText => field ??= new($" ({string.Join('|', ReviewedParameter.FreeTexts)})=", RegexOptions.ExplicitCapture);

    // What is said of a call stands behind its class, word by word: what others wrote cannot look like it and go on.
    private static Regex Ending => field ??= new(
        $@": (?<class>[a-z]+)( and (?<class>[a-z]+))*\.({string.Join('|', Remarks.Select(Regex.Escape))})*"
            + @"( By the policy, [a-z]+ calls on the guest are allowed afterwards, [a-z, :]+\.)?$",
        RegexOptions.ExplicitCapture);

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyBlock();

    // Tickets of both products, and API tokens as they stand in a header.
    [GeneratedRegex(@"\b(PVE|PBS|PVEVNC|PBSVNC|PMG)[A-Z]*:[^\s:]+(:[^\s:]*)*::[A-Za-z0-9+/=]{20,}|\bP(VE|BS)APIToken=\S+", RegexOptions.ExplicitCapture)]
    private static partial Regex Ticket();
}
