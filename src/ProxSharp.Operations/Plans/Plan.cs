using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// What is going to be done, to the last parameter. Immutable, and named by the SHA-256 of its content: a plan that was changed is another plan, which
/// nobody has approved.
/// </summary>
public sealed class Plan
{
    internal Plan(string content)
    {
        Content = content;
        Id = JsonTexts.Hash(content);
        using JsonDocument document = JsonDocument.Parse(content);
        JsonElement root = document.RootElement;
        Context = root.GetProperty("context").GetString()!;
        Expires = root.GetProperty("expires").GetDateTimeOffset();
        Calls = [.. root.GetProperty("calls").EnumerateArray().Select(PlannedCall.Read)];
        Targets = [.. root.GetProperty("targets").EnumerateArray().Select(PlanTarget.Read)];
        Undo = [.. root.GetProperty("undo").EnumerateArray().Select(PlannedCall.Read)];
        Consequences = [.. root.GetProperty("consequences").EnumerateArray().Select(static line => line.GetString()!)];
    }

    /// <summary>Its name: 64 hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>The server it was made for. It cannot be applied to another.</summary>
    public string Context { get; }

    /// <summary>Until when it can be applied.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>The calls in their order.</summary>
    public IReadOnlyList<PlannedCall> Calls { get; }

    /// <summary>What they act on.</summary>
    public IReadOnlyList<PlanTarget> Targets { get; }

    /// <summary>The calls that would take it back, last one first; empty if there is no way back.</summary>
    public IReadOnlyList<PlannedCall> Undo { get; }

    /// <summary>What it means, in sentences for people.</summary>
    public IReadOnlyList<string> Consequences { get; }

    /// <summary>The class of its worst call.</summary>
    public OperationClass Class => Calls.Max(static call => call.Class);

    internal string Content { get; }

    internal static Plan Create(
        string context,
        DateTimeOffset now,
        TimeSpan lifetime,
        IEnumerable<PlannedCall> calls,
        IEnumerable<PlanTarget> targets,
        IEnumerable<PlannedCall> undo,
        IEnumerable<string> consequences) => new(JsonTexts.Build(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);

        // Two plans for the same thing are two: each can be applied once.
        json.WriteString("nonce", Guid.NewGuid());
        json.WriteString("context", context);
        json.WriteString("created", now);
        json.WriteString("expires", now + lifetime);
        WriteAll(json, "calls", calls, static (json, call) => call.Write(json));
        WriteAll(json, "targets", targets, static (json, target) => target.Write(json));
        WriteAll(json, "undo", undo, static (json, call) => call.Write(json));
        WriteAll(json, "consequences", consequences, static (json, line) => json.WriteStringValue(line));
        json.WriteEndObject();
    }));

    private static void WriteAll<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }
}
