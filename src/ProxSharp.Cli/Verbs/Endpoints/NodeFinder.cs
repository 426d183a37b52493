using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Nouns;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Finds the node that a call goes to where the user need not name one.</summary>
internal static class NodeFinder
{
    /// <summary>Returns the values of the path that were found: the node, or nothing.</summary>
    /// <param name="run">What was typed.</param>
    /// <param name="binding">The verb.</param>
    /// <param name="storage">The storage that the call is about, if nobody named a node; see <see cref="StorageAsync"/>.</param>
    /// <param name="parameters">The parameters of the call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">No node can answer, or several could and nobody said which one is meant.</exception>
    public static async Task<Dictionary<string, string>> FindAsync(
        VerbRun run, EndpointBinding binding, StorageNodes? storage, ApiParameters parameters, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        if (!binding.Endpoint.Path.Contains("{node}", StringComparison.Ordinal) || binding.Spec.Node == NodeRule.Argument)
        {
            return found;
        }

        if (binding.Spec.Product == ProxmoxProduct.VirtualEnvironment && GuestMaking.NamedNode(run, binding) is null
            && !OwnNode.IsOfCluster(binding.Endpoint) && await CephNodes.FindAsync(run, binding, Parameter(parameters, "service"), cancellationToken).ConfigureAwait(false) is { } host)
        {
            found["node"] = host;
            return found;
        }

        // A disk, a daemon or a new guest is not put on whichever node comes first.
        if (OwnNode.IsMeant(binding.Spec.Product, binding.Spec.Node, binding.Endpoint))
        {
            found["node"] = await GuestMaking.NodeAsync(run, binding, cancellationToken).ConfigureAwait(false);
            return found;
        }

        found["node"] = binding.NodeOption is { } option && run.IsGiven(option)
            ? run.Value(option)!
            : storage is not null
            ? await OfStorageAsync(run, binding, storage, parameters, cancellationToken).ConfigureAwait(false)
            : await AutomaticAsync(run, binding, cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>Returns the storage that a call is about, with its nodes; null if it is about none, or somebody named the node.</summary>
    /// <exception cref="CliException">No node has it ready.</exception>
    public static async Task<StorageNodes?> StorageAsync(VerbRun run, EndpointBinding binding, CancellationToken cancellationToken) =>
        binding.Spec.Node == NodeRule.OfStorage && !run.IsGiven(binding.NodeOption!) && binding.PathValue(run, "storage") is { } storage
            ? await StorageNodes.ReadAsync(run, storage, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Finds a node that is online.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static async Task<string> OnlineAsync(VerbRun run, CancellationToken cancellationToken)
    {
        if (run.Context.Product == ProxmoxProduct.BackupServer)
        {
            // Proxmox: a backup server is a single node and answers to this name.
            return "localhost";
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        ApiParameters filter = [];
        filter.Add("type", "node");
        JsonElement items = await session.ListAsync("/cluster/resources", filter, cancellationToken).ConfigureAwait(false);
        string? node = items.EnumerateArray()
            .Where(static item => Text(item, "status") is "online" or "available")
            .Select(static item => Text(item, "node"))
            .OfType<string>()
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        return node ?? throw new CliException(new CliError
        {
            Code = "not_found",
            ExitCode = ExitCodes.NotFound,
            Message = "No node is online",
            Hint = "See: prox node list",
        });
    }

    /// <summary>Tells in words which node is asked where nobody names one.</summary>
    public static string Default(EndpointSpec spec, ApiEndpoint endpoint) => spec.DefaultNode is { } known ? known
        : OwnNode.IsMeant(spec.Product, spec.Node, endpoint) ? "the only one there is"
        : spec.Node != NodeRule.OfStorage ? "any that can answer"
        : IsOfVolume(endpoint) ? "the one that has the volume"
        : StorageReading.IsMeant(endpoint) ? "all, or any if the storage is shared"
        : IsPruning(endpoint) ? "the one that has backups"
        : IsAllocation(endpoint) ? "that of the guest, else the first that has the storage"
        : "the first that has the storage";

    // A call that makes something may name another volume than the one it makes.
    private static bool IsOfVolume(ApiEndpoint endpoint) => endpoint.Path.EndsWith("{volume}", StringComparison.Ordinal)
        || (endpoint.Method != ApiMethod.Post && endpoint.Parameters.ContainsKey("volume"));

    private static bool IsPruning(ApiEndpoint endpoint) =>
        endpoint.Method == ApiMethod.Delete && endpoint.Path.EndsWith("/prunebackups", StringComparison.Ordinal);

    private static bool IsAllocation(ApiEndpoint endpoint) => endpoint.Method == ApiMethod.Post && endpoint.Path.EndsWith("/content", StringComparison.Ordinal);

    // What is about one volume goes where it is, and a new disk to its guest; other new things go to the first node, and it is said which one that is.
    private static async Task<string> OfStorageAsync(
        VerbRun run, EndpointBinding binding, StorageNodes storage, ApiParameters parameters, CancellationToken cancellationToken)
    {
        ApiEndpoint endpoint = binding.Endpoint;
        string? volume = IsOfVolume(endpoint) ? binding.PathValue(run, "volume") ?? Parameter(parameters, "volume") : null;
        return (storage.IsApart, volume, Parameter(parameters, "vmid")) switch
        {
            (true, { } named, _) => await storage.HolderAsync(run, named, cancellationToken).ConfigureAwait(false),
            (true, null, var guest) when IsPruning(endpoint) => await storage.BackupsAsync(run, guest, cancellationToken).ConfigureAwait(false),
            (true, null, { } guest) when IsAllocation(endpoint) => await storage.OfGuestAsync(run, guest, cancellationToken).ConfigureAwait(false),
            _ => storage.First(run),
        };
    }

    private static string? Parameter(ApiParameters parameters, string name) =>
        parameters.FirstOrDefault(parameter => parameter.Name == name) is { Text: { Length: > 0 } text } ? text : null;

    private static Task<string> AutomaticAsync(VerbRun run, EndpointBinding binding, CancellationToken cancellationToken) => binding.Spec.Node switch
    {
        NodeRule.OfTask => Task.FromResult(OfTask(binding.PathValue(run, "upid") ?? "")),
        _ => OnlineAsync(run, cancellationToken),
    };

    private static string OfTask(string upid) => TaskWaiter.IsUpid(upid)
        ? upid.Split(':')[1]
        : throw CliException.Usage($"'{upid}' is no identifier of a task", "It begins with UPID: (prox task list)");

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
