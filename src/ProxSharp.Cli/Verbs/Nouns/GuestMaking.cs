using System.CommandLine;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>What the verbs have in common that make guests: the number and the node.</summary>
internal static class GuestMaking
{
    private const int MostAttempts = 10;

    /// <summary>Makes a verb over a call whose way there is not the usual one.</summary>
    public static Verb Make(
        VerbContext context,
        EndpointSpec spec,
        GuestNumber number,
        Func<VerbRun, EndpointBinding, ApiParameters, CancellationToken, Task<int>> run,
        params IReadOnlyList<Argument> first)
    {
        if (EndpointVerbs.IsUnused(context, spec))
        {
            return EndpointVerbs.Closed(spec);
        }

        EndpointBinding binding = new(context, spec, isGuest: first.Count > 0);
        return new Verb(spec.Name, spec.Summary, EndpointVerbs.ClassOf(spec), async (verb, cancellationToken) =>
        {
            verb.Expect(ProxmoxProduct.VirtualEnvironment);
            verb.CheckFields(CallRunner.Making);
            CallParameters parameters = await binding.ParametersAsync(verb, cancellationToken).ConfigureAwait(false);
            return await run(verb, binding, number.Settle(verb, parameters.Parameters), cancellationToken).ConfigureAwait(false);
        })
        {
            Examples = spec.Examples,
            Details = spec.Details,
            Calls = [spec.Call],
            Arguments = [.. first, .. binding.Arguments, .. number.Arguments],
            Options = [.. number.Options, .. binding.Options],
            HiddenOptions = binding.HiddenOptions,
            Typed = binding.Typed,
            Traits = EndpointVerbs.Traits(spec, isGuest: false),
        };
    }

    /// <summary>Returns the node that was named; null if none was.</summary>
    public static string? NamedNode(VerbRun run, EndpointBinding binding) => binding.NodeOption is { } option ? run.Value(option) : null;

    /// <summary>Returns the node that was named, or the only one there is.</summary>
    /// <exception cref="CliException">There are several, and none was named.</exception>
    public static async Task<string> NodeAsync(VerbRun run, EndpointBinding binding, CancellationToken cancellationToken)
    {
        if (NamedNode(run, binding) is { } named)
        {
            await CheckNodeAsync(run, named, cancellationToken).ConfigureAwait(false);
            return named;
        }

        string[] names = await NodesAsync(run, cancellationToken).ConfigureAwait(false);
        return names.Length == 1
            ? names[0]
            : throw CliException.Usage("The cluster has several nodes, and none is named", $"Choose one with --node: {string.Join(", ", names)}");
    }

    /// <summary>Makes sure in a dry run that there is a node of a name: the server is certain to refuse any other.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static async Task CheckNodeAsync(VerbRun run, string node, CancellationToken cancellationToken)
    {
        if (!run.IsShown)
        {
            return;
        }

        string[] names = await NodesAsync(run, cancellationToken).ConfigureAwait(false);
        if (!names.Contains(node))
        {
            throw new CliException(new CliError
            {
                Code = "not_found",
                ExitCode = ExitCodes.NotFound,
                Message = $"There is no node '{node}'",
                Hint = $"There are the nodes: {string.Join(", ", names)}",
            });
        }
    }

    private static async Task<string[]> NodesAsync(VerbRun run, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        JsonElement nodes = (await session.GetAsync("/nodes", null, cancellationToken).ConfigureAwait(false)).Data;
        return [.. nodes.EnumerateArray().Select(static node => node.GetProperty("node").GetString()!).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Makes a guest with the number that was given, or the lowest free one. Servers reserve no numbers: where somebody else takes a chosen one meanwhile, the
    /// next one is taken.
    /// </summary>
    public static async Task<int> NumberedAsync(
        VerbRun run, ApiParameters parameters, string name, Func<ApiParameters, Task<int>> make, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            ApiParameters all = await WithIdAsync(run, parameters, name, cancellationToken).ConfigureAwait(false);
            string number = Value(all, name)!;
            try
            {
                return await make(all).ConfigureAwait(false);
            }
            catch (ProxmoxApiException taken) when (Value(parameters, name) is null && attempt < MostAttempts && IsTaken(taken, number))
            {
                run.Note($"{number} was taken meanwhile; another number is tried.");
            }
        }
    }

    // Proxmox: VM 108 already exists on node 'pve1'; of a copy: unable to create VM 108: config file already exists.
    private static bool IsTaken(ProxmoxApiException refused, string number) =>
        refused.ServerMessage.Contains($" {number} already exists", StringComparison.Ordinal)
        || refused.ServerMessage.Contains($" {number}: config file already exists", StringComparison.Ordinal);

    /// <summary>Returns the parameters with a number: the one that was given, or the lowest free one.</summary>
    private static async Task<ApiParameters> WithIdAsync(VerbRun run, ApiParameters parameters, string name, CancellationToken cancellationToken)
    {
        ApiParameters all = [];
        if (Value(parameters, name) is null)
        {
            ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
            JsonElement next = (await session.GetAsync("/cluster/nextid", null, cancellationToken).ConfigureAwait(false)).Data;
            all.Add(new ApiParameter(name, next.ToString(), ApiParameterKind.Number, IsListItem: false));
        }

        foreach (ApiParameter parameter in parameters)
        {
            all.Add(parameter);
        }

        return all;
    }

    /// <summary>Makes sure in a dry run that a number is free that was typed: the server is certain to refuse any other.</summary>
    /// <exception cref="CliException">A guest has it.</exception>
    public static async Task CheckFreeAsync(VerbRun run, ApiParameters typed, string name, CancellationToken cancellationToken)
    {
        if (!run.IsShown || Value(typed, name) is not { } number)
        {
            return;
        }

        if (await FindAsync(run, number, cancellationToken).ConfigureAwait(false) is { } taken)
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"The number {number} is taken: {GuestKinds.Title(taken)} on {taken.Node}",
                Hint = "Give another number, or none for the lowest free one",
            });
        }
    }

    /// <summary>Finds the guest that has a number; null if none has.</summary>
    public static async Task<GuestSummary?> FindAsync(VerbRun run, string number, CancellationToken cancellationToken)
    {
        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> guests = await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        return guests.FirstOrDefault(guest => guest.Id.ToString() == number);
    }

    /// <summary>Returns the value of a parameter; null if it is not there.</summary>
    public static string? Value(ApiParameters parameters, string name) =>
        parameters.Where(parameter => parameter.Name == name).Select(static parameter => parameter.Text).FirstOrDefault();
}
