using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Operations;

/// <summary>Every operation of one product's API with its class, the identity of its target and the way back. Safe for concurrent use.</summary>
public sealed class OperationCatalogue
{
    private static readonly Lazy<OperationCatalogue> s_pve = new(static () => Load(ProxmoxProduct.VirtualEnvironment));
    private static readonly Lazy<OperationCatalogue> s_pbs = new(static () => Load(ProxmoxProduct.BackupServer));

    private readonly Dictionary<(ApiMethod Method, string Path), OperationEntry> _entries;

    private OperationCatalogue(ProxmoxProduct product, IEnumerable<OperationEntry> entries)
    {
        Product = product;
        Entries = [.. entries];
        _entries = Entries.ToDictionary(static entry => (entry.Method, entry.Path));
    }

    /// <summary>The product.</summary>
    public ProxmoxProduct Product { get; }

    /// <summary>All operations that are classified, in no order.</summary>
    public IReadOnlyList<OperationEntry> Entries { get; }

    /// <summary>Returns the catalogue of a product.</summary>
    public static OperationCatalogue For(ProxmoxProduct product) => product == ProxmoxProduct.BackupServer ? s_pbs.Value : s_pve.Value;

    /// <summary>Finds an operation. One that nobody has classified comes back as privileged, with <see cref="OperationEntry.IsClassified"/> false.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path template, for example <c>/nodes/{node}/qemu</c>.</param>
    public OperationEntry Find(ApiMethod method, string path) => _entries.GetValueOrDefault((method, path)) ?? new OperationEntry(method, path);

    /// <summary>Reads the word for a class, as the catalogue and policies spell it.</summary>
    internal static bool TryParseClass(string? word, out OperationClass value)
    {
        (value, bool known) = word switch
        {
            "read" => (OperationClass.Read, true),
            "reversible" => (OperationClass.Reversible, true),
            "disruptive" => (OperationClass.Disruptive, true),
            "destructive" => (OperationClass.Destructive, true),
            "privileged" => (OperationClass.Privileged, true),
            "exec" => (OperationClass.Exec, true),
            _ => (OperationClass.Privileged, false),
        };
        return known;
    }

    /// <summary>The word for a class.</summary>
    internal static string Word(OperationClass value) => value.ToString().ToLowerInvariant();

    private static OperationCatalogue Load(ProxmoxProduct product)
    {
        using JsonDocument document = JsonDocument.Parse(CompressedResource.Read(typeof(OperationCatalogue).Assembly, "operations.json"));
        JsonElement operations = document.RootElement.GetProperty(product == ProxmoxProduct.BackupServer ? "pbs" : "pve");
        return new OperationCatalogue(product, [.. operations.EnumerateObject().Select(static member => Read(member.Name, member.Value))]);
    }

    private static OperationEntry Read(string name, JsonElement facts)
    {
        int space = name.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !ApiMethods.TryParse(name[..space], out ApiMethod method))
        {
            throw new InvalidOperationException($"The catalogue of operations has an entry '{name}', which is no verb and path.");
        }

        return new OperationEntry(method, name[(space + 1)..])
        {
            IsClassified = true,
            Class = Class(name, facts),
            Identity = Text(facts, "identity"),
            Undo = Text(facts, "undo"),
            Trial = Text(facts, "trial"),
            Reason = Text(facts, "reason"),
            Raises = facts.TryGetProperty("raise", out JsonElement raises)
                ? [.. raises.EnumerateArray().Select(raise => Raise(name, raise))]
                : [],
        };
    }

    private static ClassRaise Raise(string name, JsonElement facts) => new(Text(facts, "parameter")!, Class(name, facts), Text(facts, "item"))
    {
        Switch = Text(facts, "is") switch
        {
            null => null,
            "on" => true,
            "off" => false,
            _ => throw new InvalidOperationException($"The catalogue of operations has a switch of '{name}' that is neither on nor off."),
        },
        With = Text(facts, "with"),
        IsDefault = facts.TryGetProperty("absent", out JsonElement absent) && absent.GetBoolean(),
        Unless = Text(facts, "unless"),
    };

    private static OperationClass Class(string name, JsonElement facts) => TryParseClass(Text(facts, "class"), out OperationClass value)
        ? value
        : throw new InvalidOperationException($"The catalogue of operations gives '{name}' no class that exists.");

    private static string? Text(JsonElement facts, string name) => facts.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
