using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>The noun <c>policy</c>: what programs that act on their own may do.</summary>
internal static class PolicyNoun
{
    private static readonly ResultShape s_check = new()
    {
        LeadingFields = ["status", "subject", "finding"],
        TableFields = ["status", "subject", "finding"],
        NameField = "subject",
    };

    /// <summary>Builds it.</summary>
    public static Noun Build() => new Noun("policy", "The policy of a server: what may be planned there, and who has to approve it.")
    {
        Details =
            "The policy of the machine is /etc/prox/policies/HOST.json for a server, else /etc/prox/policies/default.json; no option and no variable moves it. "
            + "Without one that of the user counts, agents/CONTEXT/policy.json beside the contexts. Where there is a policy, every prox command "
            + "runs behind the guard.",
    }.Add(Show(), Check(), NewKey());

    private static Verb Show() =>
        new("show", "Show the policy that is in effect, defaults included, and where it is.", VerbClass.Read, (run, _) =>
        {
            GuardPlace place = GuardAccess.Place(run);
            GuardPolicy policy = place.Load();
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartObject();
                json.WriteString("context", place.Name);
                json.WriteString("file", place.PolicyPath);
                json.WriteBoolean("guarded", place.HasPolicy);
                json.WriteString("owner", place.IsSystem ? "machine" : "user");
                json.WriteBoolean("frozen", GuardAccess.Freeze(run).State is not null);
                json.WritePropertyName("policy");
                policy.WriteTo(json);
                json.WriteEndObject();
            }));
            return Task.FromResult(ExitCodes.Success);
        })
        {
            Examples = [new("policy show", "of the current context"), new("policy show -c lab -o json", "of another one, for a program")],
        };

    private static Verb Check()
    {
        Argument<string> file = new("file") { Description = "The file [default: that of the context]", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> token = new("--token") { Description = "Also compare it with what the token of the context may do on the server, and with what is there" };
        const string summary = "Check a policy. Ends with exit code 1 if it would refuse everything.";
        return new Verb("check", summary, VerbClass.Read, (run, cancel) => CheckAsync(run, file, token, cancel))
        {
            Arguments = [file],
            Options = [token],
            Details = "What the token may do beyond the policy is stopped by prox alone: a token with less is the wall, the policy the seat-belt.",
            Examples = [new("policy check policy.json", "before it is put in its place"), new("policy check --token", "that of the context, and its token")],
        };
    }

    private static async Task<int> CheckAsync(VerbRun run, Argument<string> file, Option<bool> token, CancellationToken cancellationToken)
    {
        List<PolicyFinding> findings = [];
        GuardPlace? place = run.Value(file) is null ? GuardAccess.Place(run) : null;
        string path = place?.PolicyPath ?? run.Command.Services.Environment.AbsolutePath(run.Value(file)!);
        bool isGood = true;
        if (run.Value(file) is not null && !Path.Exists(path))
        {
            throw CliException.Usage($"The file {path} does not exist", "Without a file that of the context is checked");
        }

        try
        {
            GuardPolicy policy = place is null ? GuardPolicy.Load(path) : place.Load();
            findings.Add(new PolicyFinding("ok", "policy", Path.Exists(path) ? "understood" : "there is none: agents can only read"));
            findings.AddRange(Loopholes(policy));
            findings.AddRange(place is null ? [] : OtherLogins(run));
            if (run.Value(token))
            {
                await AddTokenAsync(run, policy, path, findings, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (GuardRefusedException broken)
        {
            isGood = false;
            findings.Add(new PolicyFinding("failure", "policy", broken.Message));
        }

        Write(run, findings);
        return isGood ? ExitCodes.Success : throw new CliException(new CliError
        {
            Code = "checks_failed",
            ExitCode = ExitCodes.Error,
            Message = "The policy is not understood, and with it everything is refused",
            Hint = "Mend what the list says, then check it again",
        });
    }

    private static void Write(VerbRun run, List<PolicyFinding> findings) =>
        run.Write(JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach ((string status, string subject, string finding) in findings)
            {
                json.WriteStartObject();
                json.WriteString("status", status);
                json.WriteString("subject", subject);
                json.WriteString("finding", finding);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }), s_check);

    private static IEnumerable<PolicyFinding> OtherLogins(VerbRun run)
    {
        ServerContext[] others = [.. GuardPlaces.OtherLogins(run.Context, run.Command.Services.Contexts.Load().Items)];

        // An agent gets one that logs in with a token, and none of a user.
        string name = new[] { run.Context }.Concat(others).FirstOrDefault(static context => context.TokenId is not null)?.Name ?? "NAME";
        return others.Select(other => new PolicyFinding(
            "warning",
            $"context {other.Name}",
            $"it reaches the same server as {GuardPlaces.LoginOf(other)}: prox mcp without a name serves all contexts, and the rights of one are no wall then; "
            + $"enter prox mcp {name} in the agent's program"));
    }

    private static IEnumerable<PolicyFinding> Loopholes(GuardPolicy policy)
    {
        foreach (string list in policy.FindEmptyLists())
        {
            yield return new PolicyFinding("warning", list, "the list is empty, so that the rule never matches; leave it out where any will do");
        }

        foreach ((string key, string meaning) in policy.FindOddities())
        {
            yield return new PolicyFinding("warning", key, meaning);
        }

        foreach (OperationClass kind in Enum.GetValues<OperationClass>().Where(kind => kind >= OperationClass.Destructive && policy.AllowsSome(kind)))
        {
            string word = kind.ToString().ToLowerInvariant();
            if (policy.ApprovalFor(kind) == ApprovalKind.None)
            {
                yield return new PolicyFinding("warning", word, $"what is {word} is allowed and needs no approval");
            }
            else if (policy.ApprovalFor(kind) == ApprovalKind.SecondPrincipal && !policy.HasApprovers)
            {
                yield return new PolicyFinding("warning", word, $"what is {word} needs a second principal, and 'approvers' names none: it can never be applied");
            }
        }
    }

    private static async Task AddTokenAsync(
        VerbRun run, GuardPolicy policy, string path, List<PolicyFinding> findings, CancellationToken cancellationToken)
    {
        GuardPlace place = GuardAccess.Place(run);
        OperationGuard guard = await GuardAccess.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        TokenReview review = await guard.ReviewTokenAsync(policy, cancellationToken).ConfigureAwait(false);
        if (review.IsLeast)
        {
            findings.Add(new PolicyFinding("ok", "token", $"it may do nothing on the server that {(path == place.PolicyPath ? "the policy" : path)} forbids by class"));
        }

        findings.AddRange(review.Excess.Select(static excess => new PolicyFinding(
            "warning",
            excess.Privilege,
            $"the token has it on {string.Join(", ", excess.Paths)}, and the policy allows nothing {excess.Class.ToString().ToLowerInvariant()}")));
        await AddAbsentAsync(guard, policy, findings, cancellationToken).ConfigureAwait(false);
    }

    // A mistyped name protects nothing, and nothing else would tell.
    private static async Task AddAbsentAsync(
        OperationGuard guard, GuardPolicy policy, List<PolicyFinding> findings, CancellationToken cancellationToken)
    {
        if (guard.Client.Schema.Product != ProxmoxProduct.VirtualEnvironment)
        {
            return;
        }

        string[] pools = await NamesAsync("/pools", "poolid").ConfigureAwait(false);
        string[] nodes = await NamesAsync("/nodes", "node").ConfigureAwait(false);
        string[] guests = await NamesAsync("/cluster/resources", "vmid").ConfigureAwait(false);
        int[] vmids = [.. guests.Select(static vmid => int.Parse(vmid, CultureInfo.InvariantCulture))];
        foreach ((string key, string meaning) in PolicyOddities.FindAbsent(policy, pools, nodes, vmids))
        {
            findings.Add(new PolicyFinding("warning", key, meaning));
        }

        async Task<string[]> NamesAsync(string path, string member)
        {
            JsonElement items = (await guard.Client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            return [.. items.EnumerateArray().Select(item => item.TryGetProperty(member, out JsonElement value) ? value.ToString() : "").Where(static name => name.Length > 0)];
        }
    }

    private static Verb NewKey()
    {
        Argument<string> file = new("file") { Description = "Where the private half goes; the file must not exist. Its name without ending is your name" };
        return new Verb("new-key", "Make a key for approvals, and print what belongs into the policy.", VerbClass.Change, async (run, token) =>
        {
            string path = run.Command.Services.Environment.AbsolutePath(run.Value(file)!);
            using ApprovalKey key = ApprovalKey.Create();
            await WriteAsync(path, key.ToPem(), token).ConfigureAwait(false);
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", Path.GetFileNameWithoutExtension(path));
                json.WriteString("key", key.PublicKey);
                json.WriteEndObject();
            }));
            run.Note("Put this into 'approvers' of the policy. Keep the file where the agent's user cannot read it.");
            return ExitCodes.Success;
        })
        {
            Arguments = [file],
            Traits = VerbTraits.None,
            Examples = [new("policy new-key ~/.config/prox/alice.pem", "as the user who approves"), new("policy new-key alice.pem -o json", "what belongs into the policy, as JSON")],
        };
    }

    private static async Task WriteAsync(string path, string pem, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        StreamWriter writer = new(path, options);
        await using (writer.ConfigureAwait(false))
        {
            await writer.WriteAsync(pem.AsMemory(), cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record PolicyFinding(string Status, string Subject, string Finding);
}
