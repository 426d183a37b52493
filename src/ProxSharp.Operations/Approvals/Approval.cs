using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Operations.Approvals;

/// <summary>Somebody's consent to one plan. A plan is named by its content, so the consent is to exactly these calls.</summary>
/// <param name="PlanId">The plan.</param>
/// <param name="Kind"><c>key</c> for a key that the policy names, <c>prompt</c> for a person at a terminal of the same user.</param>
/// <param name="Name">Who.</param>
/// <param name="Time">When.</param>
/// <param name="Signature">What proves it, in Base64.</param>
public sealed record Approval(string PlanId, string Kind, string Name, DateTimeOffset Time, string Signature)
{
    internal const string ByKey = "key";
    internal const string ByPrompt = "prompt";

    /// <summary>Reads an approval.</summary>
    /// <param name="json">The text that <see cref="ToJson"/> returns.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static Approval Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return new Approval(
                root.GetProperty("plan").GetString()!,
                root.GetProperty("kind").GetString()!,
                root.GetProperty("by").GetString()!,
                root.GetProperty("time").GetDateTimeOffset(),
                root.GetProperty("signature").GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException("This is no approval.", e);
        }
    }

    /// <summary>Returns the approval as JSON.</summary>
    public string ToJson() => JsonTexts.Build(json =>
    {
        json.WriteStartObject();
        json.WriteString("plan", PlanId);
        json.WriteString("kind", Kind);
        json.WriteString("by", Name);
        json.WriteString("time", Time);
        json.WriteString("signature", Signature);
        json.WriteEndObject();
    }) + "\n";

    /// <summary>What is signed.</summary>
    internal static byte[] Text(string planId, string kind, string name, DateTimeOffset time) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"proxsharp approval 1\n{planId}\n{kind}\n{name}\n{time.UtcDateTime:O}"));
}
