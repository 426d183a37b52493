using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>
/// Refuses what changes something, before anything is sent: in a context that only reads, and where a policy guards the server. The door before the sockets
/// does the same to whatever is missed here; this says it earlier, and how the change can be planned.
/// </summary>
internal static class GuardedMode
{
    /// <summary>Checks a verb before it runs.</summary>
    /// <exception cref="CliException">It changes something, and that is not done here.</exception>
    public static void Check(VerbRun run)
    {
        OperationClass mildest = MildestChange(run.Verb);

        // A repository of the backup verbs names its own server; the connection to it is guarded too.
        if (mildest == OperationClass.Read || run.Verb.Options.Any(static option => option.Name == "--repository"))
        {
            return;
        }

        ChangeRules.CheckContext(run, run.Context);
        if (!run.IsDryRun && GuardPlaces.Find(run.Command.Services, run.Context) is { HasPolicy: true } place)
        {
            string what = $"prox {run.Command.Path}";
            throw Refuse(run.Command.Services, place, mildest, what, run.Verb.Traits.HasFlag(VerbTraits.DryRun));
        }
    }

    /// <summary>Checks a call before it is sent.</summary>
    /// <exception cref="CliException">It changes something, and a policy guards the server.</exception>
    public static void Check(CommandServices services, GuardPlace place, ServerContext context, ApiMethod method, string path, ApiParameters parameters)
    {
        OperationClass kind = ClassOf(context, method, path, parameters);
        if (kind != OperationClass.Read)
        {
            throw Refuse(services, place, kind, $"{method.ToVerb()} {Terminal.TextCells.Visible(path)}", isPlannable: true);
        }
    }

    /// <summary>Checks a call before it is sent under the name <c>prox-ro</c>.</summary>
    /// <exception cref="CliException">It is no read of the catalogue.</exception>
    public static void CheckRead(ServerContext context, ApiMethod method, string path, ApiParameters parameters)
    {
        OperationClass kind = ClassOf(context, method, path, parameters);
        if (kind != OperationClass.Read)
        {
            throw ReadOnlyName.Call($"{method.ToVerb()} {Terminal.TextCells.Visible(path)}", kind);
        }
    }

    // What nobody has classified counts as privileged.
    private static OperationClass ClassOf(ServerContext context, ApiMethod method, string path, ApiParameters parameters)
    {
        ProxSharp.Schema.ApiSchema schema = Schema.SchemaSource.Embedded(context.Product);
        return OperationCatalogue.For(context.Product)
            .Find(method, schema.TryMatch(method, path, out ProxSharp.Schema.ApiMatch? match) ? match.Endpoint.Path : path)
            .ClassOf(parameters);
    }

    /// <summary>The mildest class among the calls of a verb that are no reads; <see cref="OperationClass.Read"/> if it makes none.</summary>
    public static OperationClass MildestChange(Verb verb) => verb.Calls
        .Select(ClassOf)
        .Where(static kind => kind != OperationClass.Read)
        .DefaultIfEmpty(OperationClass.Read)
        .Min();

    private static OperationClass ClassOf(string call)
    {
        (ApiMethod method, string template) = EndpointBinding.Split(call);
        OperationEntry pve = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(method, template);
        OperationEntry pbs = OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(method, template);
        return (pve.IsClassified, pbs.IsClassified) switch
        {
            (true, true) => pve.Class > pbs.Class ? pve.Class : pbs.Class,
            (false, true) => pbs.Class,
            _ => pve.Class,
        };
    }

    private static CliException Refuse(CommandServices services, GuardPlace place, OperationClass kind, string what, bool isPlannable)
    {
        GuardPolicy policy;
        try
        {
            policy = place.Load();
        }
        catch (GuardRefusedException broken)
        {
            return new CliException(GuardErrors.Map(broken), broken);
        }

        string word = kind.ToString().ToLowerInvariant();
        string line = $"prox plan create {GuardWords.Join(services.Words)}";
        return policy.AllowsSome(kind) && isPlannable
            ? new CliException(new CliError
            {
                Code = "plan_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = $"'{what}' was not sent: a policy guards '{place.Name}', and what is {word} needs a plan there",
                Hint = $"Plan it: {line}",
                Need = [line],
            })
            : new CliException(new CliError
            {
                Code = "refused",
                ExitCode = ExitCodes.Refused,
                Message = isPlannable
                    ? $"'{what}' was not sent: no rule of the policy of '{place.Name}' allows what is {word}"
                    : $"'{what}' was not sent: a policy guards '{place.Name}', and this is nothing that can be planned",
                Hint = "See what is allowed: prox policy show",
            });
    }
}
