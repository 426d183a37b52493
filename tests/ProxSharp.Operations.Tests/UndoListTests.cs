using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Tests;

/// <summary>The guide lists the calls that can be taken back: those that the catalogue has a way back for, and that the server shows enough about.</summary>
public sealed class UndoListTests
{
    // What steers a call, and turns the ways back off that it has without.
    private static readonly HashSet<string> s_steering = new(StringComparer.Ordinal) { "force", "rename", "moveto", "delete", "digest", "lock-token" };

    [Theory]
    [MemberData(nameof(CatalogueTests.Products), MemberType = typeof(CatalogueTests))]
    public void Guide_ListsTheCallsThatCanBeTakenBack_AndNoOthers(ProxmoxProduct product)
    {
        ApiSchema schema = CatalogueTests.SchemaOf(product);
        OperationEntry[] all = [.. OperationCatalogue.For(product).Entries.Where(static entry => entry.Class != OperationClass.Read)];
        string[] able = [.. all.Where(entry => LeadsBack(schema, entry)).Select(static entry => entry.ToString()).Order(StringComparer.Ordinal)];
        (string Pattern, Regex Form)[] patterns = [.. Patterns(product).Select(static pattern => (pattern, Form(pattern)))];
        Assert.True(able.Length >= 30, $"{able.Length} calls");
        Assert.Empty(patterns.Where(pattern => !able.Any(pattern.Form.IsMatch)).Select(static pattern => pattern.Pattern));
        Assert.Equal(able, all.Select(static entry => entry.ToString()).Where(call => patterns.Any(pattern => pattern.Form.IsMatch(call))).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Patterns(ProxmoxProduct product)
    {
        string head = product == ProxmoxProduct.BackupServer ? "| what | calls of a backup server |" : "| what | calls of a cluster |";
        return Guide().Split('\n').SkipWhile(line => line != head).Skip(2).TakeWhile(static line => line.StartsWith('|'))
            .SelectMany(static line => Regex.Matches(line[line.IndexOf('|', 1)..], "`([^`]+)`").Select(static match => match.Groups[1].Value));
    }

    private static string Guide()
    {
        using StreamReader reader = new(typeof(UndoListTests).Assembly.GetManifestResourceStream("agents.md")!);
        return reader.ReadToEnd();
    }

    // POST,PUT /a/*/{b,c}/** in the words of a regular expression.
    private static Regex Form(string pattern)
    {
        int space = pattern.IndexOf(' ', StringComparison.Ordinal);
        string path = Regex.Escape(pattern[(space + 1)..]).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]+", StringComparison.Ordinal);
        path = Regex.Replace(path, @"\\\{([^}]*)}", static names => $"({names.Groups[1].Value.Replace(',', '|')})");
        return new Regex($"^({pattern[..space].Replace(',', '|')}) {path}$", RegexOptions.ExplicitCapture);
    }

    // With all that it may say, or with one thing: some values of an object are shown to nobody.
    private static bool LeadsBack(ApiSchema schema, OperationEntry entry)
    {
        if (entry.Undo is null)
        {
            return false;
        }

        ApiEndpoint endpoint = schema.Find(entry.Method, entry.Path)!;
        string[] optional = [.. All(endpoint).Where(static pair => pair.Value.IsOptional && !IsSteering(pair.Key)).Select(static pair => pair.Key)];
        return entry.Method == ApiMethod.Delete
            ? LeadsBack(schema, entry, endpoint, entry.Raises.Select(static raise => raise.Parameter))
            : LeadsBack(schema, entry, endpoint, optional) || optional.Any(name => LeadsBack(schema, entry, endpoint, [name]));
    }

    private static bool LeadsBack(ApiSchema schema, OperationEntry entry, ApiEndpoint endpoint, IEnumerable<string> said)
    {
        ApiParameters parameters = [];
        foreach ((string name, ApiNode node) in All(endpoint).Where(pair => said.Contains(pair.Key) || (!pair.Value.IsOptional && !IsSteering(pair.Key))))
        {
            parameters.Add(name, Sample(node));
        }

        if (endpoint.Variants is { } variants && entry.Method != ApiMethod.Delete)
        {
            parameters.Add(variants.By, variants.Parameters.Keys.First());
        }

        PlannedCall call = new(entry.Method, entry.Path, parameters, entry.SetOf(parameters));
        PlanTarget target = new("it", new Dictionary<string, string>(), "", new Dictionary<string, string>()) { Before = Before(schema, entry, endpoint) };
        UndoBuilder builder = new(schema);

        // A value that is made up may be none that the API takes; the call is there.
        return builder.Build(call, [target]).Any() || builder.Obstacle?.Contains("would be refused", StringComparison.Ordinal) == true;
    }

    private static IEnumerable<KeyValuePair<string, ApiNode>> All(ApiEndpoint endpoint) =>
        endpoint.Parameters.Concat(endpoint.Variants?.Parameters.Values.First() ?? Enumerable.Empty<KeyValuePair<string, ApiNode>>()).DistinctBy(static pair => pair.Key);

    private static bool IsSteering(string name) => s_steering.Contains(name) || name.StartsWith("unused", StringComparison.Ordinal);

    // What the guard reads before a call: the configuration of a guest, a snapshot in the list of its server, else what stands at the call's own path, or, where
    // that shows members, which an object that goes may not have, in the list that it is in.
    private static JsonElement Before(ApiSchema schema, OperationEntry entry, ApiEndpoint endpoint)
    {
        bool isGuest = entry.Path is "/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config";
        ApiNode? shown = entry.Identity switch
        {
            "backup-snapshot" => schema.Find(ApiMethod.Get, "/admin/datastore/{store}/snapshots")!.Returns!.Items,
            "backup-group" => null,
            _ when isGuest || entry.Undo == "restore-before" || entry.Method is ApiMethod.Put or ApiMethod.Delete => schema.Find(ApiMethod.Get, entry.Path)?.Returns,
            _ => null,
        };
        if (entry.Method == ApiMethod.Delete && shown is { Type: ApiValueType.Array })
        {
            shown = schema.Find(ApiMethod.Get, entry.Path[..entry.Path.LastIndexOf('/')])?.Returns?.Items;
        }

        bool isObject = shown is { Type: ApiValueType.Object };
        string[] open = [.. All(endpoint).Select(static pair => pair.Key).Where(name => !ReviewedParameter.IsSecret(entry.Path, name))];
        IEnumerable<string> names = isObject ? shown!.Properties.Keys.Union(entry.Identity == "backup-snapshot" ? [] : open) : [];
        return isObject ? JsonSerializer.SerializeToElement(names.ToDictionary(static name => name, static _ => "1")) : default;
    }

    private static string Sample(ApiNode node) => node.Type == ApiValueType.Boolean ? "0" : node.Enumeration is [{ } first, ..] ? first : "1";
}
