using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Reads what a storage holds that is another one on each node: on all of them, and each item tells its node.</summary>
internal static class StorageReading
{
    private const string Node = "node";
    private const string List = "/storage/{storage}/content";
    private const string Preview = "/storage/{storage}/prunebackups";
    private const string Volume = "/storage/{storage}/content/{volume}";

    /// <summary>Tells whether what a call answers on several nodes belongs together.</summary>
    public static bool IsMeant(ApiEndpoint endpoint) => endpoint.Method == ApiMethod.Get
        && (IsVolume(endpoint) || endpoint.Path.EndsWith(List, StringComparison.Ordinal) || endpoint.Path.EndsWith(Preview, StringComparison.Ordinal));

    /// <summary>Reads and writes it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="binding">The verb.</param>
    /// <param name="storage">The storage and its nodes.</param>
    /// <param name="parameters">What was typed.</param>
    /// <param name="shape">What is known about the answer of one node.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<int> RunAsync(
        VerbRun run, EndpointBinding binding, StorageNodes storage, ApiParameters parameters, ResultShape shape, CancellationToken cancellationToken) =>
        Watching.RunAsync(run, async token =>
        {
            ServerSession session = await run.SessionAsync(token).ConfigureAwait(false);
            IReadOnlyList<string> nodes = IsVolume(binding.Endpoint)
                ? await storage.HoldersAsync(run, binding.PathValue(run, "volume")!, token).ConfigureAwait(false)
                : storage.Ready;
            string PathOf(string node) => binding.Path(run, new Dictionary<string, string>(StringComparer.Ordinal) { [Node] = node });

            // Who looked for the volume has been warned about nodes that are away.
            StorageNodes asked = IsVolume(binding.Endpoint) ? storage with { Away = [] } : storage;
            IReadOnlyList<NodeAnswer<JsonElement>> all = await VerbErrors.ExplainedAsync(run, binding.Schema, binding.Endpoint, PathOf(nodes[0]),
                asked.EachAsync(run, nodes, (node, each) => session.GetAsync(PathOf(node), parameters, each), token)).ConfigureAwait(false);
            run.Write(
                IsVolume(binding.Endpoint) && all.Count == 1 ? One(all[0].Node, all[0].Data) : Together(all),
                shape with { KnownFields = [Node, .. shape.KnownFields] });
        }, cancellationToken);

    private static bool IsVolume(ApiEndpoint endpoint) => endpoint.Path.EndsWith(Volume, StringComparison.Ordinal);

    private static JsonElement One(string node, JsonElement item) => JsonText.Build(json => Write(json, node, item));

    private static JsonElement Together(IReadOnlyList<NodeAnswer<JsonElement>> all) => JsonText.Build(json =>
    {
        json.WriteStartArray();
        foreach (NodeAnswer<JsonElement> answer in all)
        {
            foreach (JsonElement item in answer.Data.ValueKind == JsonValueKind.Array ? answer.Data.EnumerateArray() : (IEnumerable<JsonElement>)[answer.Data])
            {
                Write(json, answer.Node, item);
            }
        }

        json.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter json, string node, JsonElement item)
    {
        json.WriteStartObject();
        json.WriteString(Node, node);
        foreach (JsonProperty member in item.EnumerateObject().Where(static member => member.Name != Node))
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
