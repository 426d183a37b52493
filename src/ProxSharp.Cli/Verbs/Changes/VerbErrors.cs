using System.CommandLine;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Explains what the server or the checks before it say, in the words of the command line.</summary>
internal static class VerbErrors
{
    private const int MostNames = 12;

    // Proxmox: the answer for a node that cannot be reached, and for a name that resolves to no node of the cluster.
    private const int NotPassedOn = 595;

    /// <summary>Awaits a call; its errors are explained with what the schema knows.</summary>
    public static async Task<T> ExplainedAsync<T>(VerbRun run, ApiSchema schema, ApiEndpoint endpoint, string path, Task<T> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (ProxmoxValidationException invalid)
        {
            CliError error = ParameterAdvice.Explain(invalid, endpoint, path);
            throw new CliException(invalid.Alternative is null ? Invalid(run, error, endpoint) : error, invalid);
        }
        catch (ProxmoxNotFoundException missing)
        {
            CliError error = NotFoundAdvice.Explain(missing, schema, endpoint, path, list => Lister(run, list));
            throw new CliException(await WithNamesAsync(run, error, missing, path).ConfigureAwait(false), missing);
        }
        catch (ProxmoxApiException unreached) when ((int)unreached.StatusCode == NotPassedOn && NodeOf(path) is { } node)
        {
            throw await OfNodeAsync(run, unreached, node).ConfigureAwait(false) is { } error ? new CliException(error, unreached) : unreached;
        }
        catch (ProxmoxApiException refused) when (refused.ParameterErrors.Count > 0 && refused is not (ProxmoxPermissionException or ProxmoxConflictException))
        {
            throw new CliException(Invalid(run, ErrorMapper.Map(refused), endpoint), refused);
        }
    }

    /// <summary>Checks calls before anybody is asked about them: nobody says yes to what would be refused.</summary>
    /// <exception cref="CliException">One of them would be refused.</exception>
    public static void Check(VerbRun run, ApiSchema schema, ApiEndpoint endpoint, IEnumerable<PlannedCall> calls)
    {
        try
        {
            CallCheck.Check(schema, calls);
        }
        catch (CliException invalid) when (invalid.InnerException is not ProxmoxValidationException { Alternative: not null })
        {
            throw new CliException(Invalid(run, invalid.Error, endpoint), invalid);
        }
    }

    // Who has named a node or a storage that is not there gets to see those that are.
    private static async Task<CliError> WithNamesAsync(VerbRun run, CliError error, ProxmoxNotFoundException missing, string path)
    {
        if (NotFoundAdvice.ListOf(missing, path) is not var (list, member, what))
        {
            return error;
        }

        ServerSession session = await run.SessionAsync(CancellationToken.None).ConfigureAwait(false);
        IReadOnlyList<string> names = await session.NamesAsync(list, member).ConfigureAwait(false);
        return names.Count == 0 ? error : error with { Hint = There(what, names) };
    }

    // The verb beside this one, or further up, with those of its arguments that were typed here.
    private static string? Lister(VerbRun run, ApiEndpoint list)
    {
        VerbCommand? beside = run.Command.Places.SelectMany(static place => place.Subcommands).OfType<VerbCommand>()
            .FirstOrDefault(verb => verb.Name == "list" && verb.Verb.Calls.Contains(list.ToString()));

        // Verbs that are not on the command line are not built out.
        List<string> words = beside is null ? [] : [.. PathOf(beside)];
        if (beside is null || run.Command.Find(words) is not VerbCommand found || found.Options.Any(static option => option.Required))
        {
            return null;
        }

        foreach (Argument argument in found.Arguments)
        {
            if (run.Verb.Arguments.FirstOrDefault(own => own.Name == argument.Name) is { } typed && run.Command.Typed(typed) is [{ } word])
            {
                words.Add(word);
            }
            else if (argument.Arity.MinimumNumberOfValues > 0)
            {
                return null;
            }
        }

        return PrintedCommands.Of(words);
    }

    private static IEnumerable<string> PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? PathOf(parent).Append(command.Name) : [command.Name];

    private static string There(string what, IReadOnlyList<string> names)
    {
        string more = names.Count > MostNames ? $" and {names.Count - MostNames} more" : "";
        return $"There are the {what}: {string.Join(", ", names.Take(MostNames).Select(static name => TextCells.Visible(name)))}{more}";
    }

    private static string? NodeOf(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["nodes", { } node, ..] ? Uri.UnescapeDataString(node) : null;

    // Names of hosts do not go by case, those of nodes do: what another host answers for may be no node at all. Null if there is one of that name.
    private static async Task<CliError?> OfNodeAsync(VerbRun run, ProxmoxApiException unreached, string node)
    {
        ServerSession session = await run.SessionAsync(CancellationToken.None).ConfigureAwait(false);
        IReadOnlyList<string> names = await session.NamesAsync("/nodes", "node").ConfigureAwait(false);
        string? meant = names.FirstOrDefault(name => name.Equals(node, StringComparison.OrdinalIgnoreCase));
        return names.Count == 0 || names.Contains(node, StringComparer.Ordinal)
            ? null
            : ErrorMapper.Map(unreached) with
            {
                Code = "not_found",
                ExitCode = ExitCodes.NotFound,
                Message = $"There is no node '{TextCells.Visible(node)}' in the cluster",
                Hint = meant is null ? There("nodes", names) : $"Names of nodes go by case; write {TextCells.Visible(meant)}",
                IsRetryable = false,
                OutcomeUnknown = false,
            };
    }

    private static CliError Invalid(VerbRun run, CliError error, ApiEndpoint endpoint)
    {
        if (error.ParameterErrors.ContainsKey("name") && NamespaceNames.Advice(run) is { } advice)
        {
            return error with { Hint = advice };
        }

        string help = $"prox {run.Command.Path} --help";
        string[] bad = [.. error.ParameterErrors.Keys];
        string options = string.Join(", ", bad.Where(endpoint.Parameters.ContainsKey).Select(
            name => run.Verb.Arguments.Any(argument => argument.Name == name) ? $"'{name}'" : ParameterSymbols.OptionName(name)));
        return error with { Hint = options.Length > 0 ? $"Correct {options}; see: {help}" : $"See: {help}" };
    }
}
