using System.Globalization;
using System.Text.Json;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// What is going to be done, to the last parameter. Immutable, and named by the SHA-256 of its content: a plan that was changed is another plan, which
/// nobody has approved. What it says about its calls is derived from them again when it is applied, and it is refused if that differs.
/// </summary>
public sealed class Plan
{
    private const int Version = 2;
    private const int ShortLength = 12;

    private readonly string _nonce;
    private readonly PlanDraft _draft;
    private readonly IReadOnlyList<string> _checked;

    private Plan(string content)
    {
        Content = content;
        Id = JsonTexts.Hash(content);
        _checked = [];
        using JsonDocument document = JsonDocument.Parse(content);
        JsonElement root = document.RootElement;
        if (root.GetProperty("version").GetInt32() != Version)
        {
            throw new InvalidDataException("it was made by another version of this program");
        }

        _nonce = root.GetProperty("nonce").GetString()!;
        Product = root.GetProperty("product").GetString() == "pbs" ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment;
        Context = root.GetProperty("context").GetString()!;
        Created = root.GetProperty("created").GetDateTimeOffset();
        Expires = root.GetProperty("expires").GetDateTimeOffset();
        _draft = ReadDraft(root, Product);
        if (_draft.Calls.Count == 0 || _draft.Targets.Count == 0 || !Plans.Consequences.Fit(Product, _draft) || Write() != content)
        {
            throw new InvalidDataException("it says more or less than plans do");
        }
    }

    private Plan(Plan plan, PlanDraft draft)
    {
        (Content, Id, _nonce, Product) = (plan.Content, plan.Id, plan._nonce, plan.Product);
        (Context, Created, Expires) = (plan.Context, plan.Created, plan.Expires);
        _draft = draft;
        _checked = [.. draft.Consequences.Where(Plans.Consequences.IsOfTheMoment)];
    }

    /// <summary>Its name: 64 hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>The server it was made for. It cannot be applied to another.</summary>
    public string Context { get; }

    /// <summary>Until when it can be applied; the policy may end it earlier.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>The calls in their order.</summary>
    public IReadOnlyList<PlannedCall> Calls => _draft.Calls;

    /// <summary>What they act on.</summary>
    public IReadOnlyList<PlanTarget> Targets => _draft.Targets;

    /// <summary>The calls that would take it back, last one first; empty if there is no way back.</summary>
    public IReadOnlyList<PlannedCall> Undo => [.. UndoPlanner.Needed(_draft, AllPlaces).Select(static step => step.Call)];

    /// <summary>The numbers, from 1, of the calls that stay as they are when the plan is taken back; empty where there is no way back at all.</summary>
    public IReadOnlyList<int> NotTakenBack => Undo.Count == 0
        ? []
        : [.. UndoPlanner.Lost(_draft, AllPlaces).Select(static place => place + 1)];

    /// <summary>What it means, in sentences for people.</summary>
    public IReadOnlyList<string> Consequences => _draft.Consequences;

    /// <summary>The class of its worst call.</summary>
    public OperationClass Class => Set.Worst;

    /// <summary>All classes that its calls have, the worst first.</summary>
    public IReadOnlyList<OperationClass> Classes => Set.Items;

    /// <summary>The words for them: <c>privileged and destructive</c>.</summary>
    public string ClassWords => Set.Words;

    private int[] AllPlaces => [.. Enumerable.Range(0, Calls.Count)];

    private ClassSet Set => Calls.Aggregate(default(ClassSet), static (found, call) => found.And(call.Set));

    internal string Content { get; }

    /// <summary>The name of the context that it was made in.</summary>
    internal string ContextName => Context[..Math.Max(Context.LastIndexOf(' '), 0)];

    /// <summary>The address of the server that it was made for.</summary>
    internal string Server => Context[(Context.LastIndexOf(' ') + 1)..];

    internal ProxmoxProduct Product { get; }

    internal DateTimeOffset Created { get; }

    internal PlanDraft Draft => _draft;

    /// <summary>Reads a plan that was handed over as a file. Whether it can be applied is decided where it is applied.</summary>
    /// <param name="json">The text that <see cref="ToJson"/> returns; space around it does not matter.</param>
    /// <exception cref="FormatException">It is no plan, or says more or less than plans do.</exception>
    public static Plan Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return new Plan(json.Trim());
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or KeyNotFoundException or InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or OverflowException or FormatException)
        {
            throw new FormatException($"This is no plan: {e.Message}", e);
        }
    }

    /// <summary>Returns the plan itself, as it is named and sent. It holds the secrets among its parameters.</summary>
    public string ToJson() => Content;

    /// <summary>
    /// What somebody who decides about the plan must see, line by line, made from its calls and targets alone: the server, every call with all parameters,
    /// what they act on, the way back, and until when. Only what is a secret for certain is masked, and then named. Fit to be shown.
    /// </summary>
    public IReadOnlyList<string> Describe()
    {
        List<string> lines =
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"Plan {Id[..ShortLength]} for {Clean(Context)}: {(Calls.Count > 1 ? $"{Calls.Count} calls, " : "")}{Set.Words}, good until {Expires.UtcDateTime:yyyy-MM-dd HH:mm}Z"),
            .. Calls.Select((call, i) =>
                string.Create(CultureInfo.InvariantCulture, $"{i + 1}. {Clean(call.ToQuestion())} ({call.Set.Words}){Plans.Consequences.Remarks(Product, call)}")),
        ];
        string[] masked = [.. Masked(Calls)];
        if (masked.Length > 0)
        {
            lines.Add($"Masked as secrets: {string.Join(", ", masked)}.");
        }

        lines.AddRange(Targets.Select(Plans.Consequences.ActsOn));
        lines.AddRange(Targets.Where(static target => target.Identity.ContainsKey("sha256")).Select(static target =>
            $"Sends the file {Clean(target.Identity.GetValueOrDefault("file") ?? "")}: {Clean(target.Identity.GetValueOrDefault("size") ?? "?")} bytes, "
            + $"SHA-256 {Clean(target.Identity["sha256"])}."));
        lines.AddRange(_draft.Purges.Select(static purge => purge.Describe()));
        lines.AddRange(_draft.Overwrites.Select(static change => Clean(Plans.Consequences.Overwrites(change))));
        lines.AddRange(_checked.Select(Clean));
        lines.AddRange(Consequences.Where(LeftBackups.IsSentence).Except(_checked).Select(static line => $"The plan says: {Clean(line)}"));
        lines.AddRange(Undo.Count == 0
            ? ["There is no way back."]
            : [$"It can be taken back{WaysBack.Words(this)}{(NotTakenBack is [_, ..] kept ? $" in part, without call {string.Join(", ", kept)}" : "")}:",
                .. Undo.Select(static call => $"- {Clean(call.ToQuestion())} {Plans.Consequences.Leaves(call)}".TrimEnd())]);
        return lines;
    }

    /// <summary>True if there is a secret among the parameters, or among those of the way back.</summary>
    public bool HasSecrets => Masked([.. Calls, .. _draft.Undo.Select(static step => step.Call)]).Any();

    /// <summary>The same plan with what was derived from its calls just now.</summary>
    internal Plan With(PlanDraft draft) => new(this, draft);

    internal static Plan Create(ProxmoxProduct product, string context, DateTimeOffset now, TimeSpan lifetime, PlanDraft draft) =>

        // Two plans for the same thing are two: each can be applied once.
        new(Write(Guid.NewGuid().ToString(), product, context, now, now + lifetime, draft));

    private static string Clean(string text) => UntrustedText.Clean(text, int.MaxValue);

    private static IEnumerable<string> Masked(IEnumerable<PlannedCall> calls) => calls
        .SelectMany(static call => call.Others.Where(parameter => ReviewedParameter.IsMasked(call.Path, parameter)))
        .Select(static parameter => Clean(parameter.Name))
        .Distinct(StringComparer.Ordinal);

    private string Write() => Write(_nonce, Product, Context, Created, Expires, _draft);

    private static string Write(
        string nonce, ProxmoxProduct product, string context, DateTimeOffset created, DateTimeOffset expires, PlanDraft draft) => JsonTexts.Build(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("nonce", nonce);
        json.WriteString("product", product == ProxmoxProduct.BackupServer ? "pbs" : "pve");
        json.WriteString("context", context);
        json.WriteString("created", created);
        json.WriteString("expires", expires);
        json.WriteString("undoes", draft.Undoes);
        WriteAll(json, "released", draft.Released, static (json, key) => json.WriteStringValue(key));
        if (draft.Overwrites.Count > 0)
        {
            WriteAll(json, "overwrites", draft.Overwrites, static (json, line) => json.WriteStringValue(line));
        }

        if (draft.Purges.Count > 0)
        {
            WriteAll(json, "purges", draft.Purges, static (json, purge) => json.WriteStringValue(purge.ToString()));
        }

        WriteAll(json, "calls", draft.Calls, static (json, call) => call.Write(json));
        WriteAll(json, "targets", draft.Targets, static (json, target) => target.Write(json));
        WriteAll(json, "final", draft.Final, static (json, place) => json.WriteNumberValue(place));
        WriteAll(json, "undo", draft.Undo, WriteStep);
        WriteAll(json, "consequences", draft.Consequences, static (json, line) => json.WriteStringValue(line));
        json.WriteEndObject();
    });

    private static PlanDraft ReadDraft(JsonElement root, ProxmoxProduct product)
    {
        string[] released = [.. root.GetProperty("released").EnumerateArray().Select(static key => key.GetString()!)];
        PlannedCall Call(JsonElement json)
        {
            PlannedCall call = PlannedCall.Read(product, json);
            return released.Contains($"guest {call.Parameters.Find("vmid")}") ? call.Released(product) : call;
        }

        return new PlanDraft(
            [.. root.GetProperty("calls").EnumerateArray().Select(Call)],
            [.. root.GetProperty("targets").EnumerateArray().Select(PlanTarget.Read)],
            [.. root.GetProperty("undo").EnumerateArray().Select(step => new UndoStep(step.GetProperty("of").GetInt32(), PlannedCall.Read(product, step)))],
            [.. root.GetProperty("consequences").EnumerateArray().Select(static line => line.GetString()!)])
        {
            Final = [.. root.GetProperty("final").EnumerateArray().Select(static place => place.GetInt32())],
            Undoes = root.GetProperty("undoes").GetString(),
            Released = released,
            Purges = root.TryGetProperty("purges", out JsonElement purges)
                ? [.. purges.EnumerateArray().Select(static purge => PlanPurge.Parse(purge.GetString()!))]
                : [],
            Overwrites = root.TryGetProperty("overwrites", out JsonElement lines) ? [.. lines.EnumerateArray().Select(static line => line.GetString()!)] : [],
        };
    }

    private static void WriteStep(Utf8JsonWriter json, UndoStep step)
    {
        json.WriteStartObject();
        json.WriteNumber("of", step.Of);
        step.Call.WriteMembers(json);
        json.WriteEndObject();
    }

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
