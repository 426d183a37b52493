using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;

namespace ProxSharp.Cli.Verbs;

/// <summary>The command of a verb.</summary>
internal sealed class VerbCommand : ProxCommand
{
    private static readonly string s_calls = "API: ";

    public VerbCommand(CommandServices services, GlobalOptions globals, StandardOptions standard, Verb verb)
        : base(verb.Name, verb.Summary)
    {
        Verb = verb;
        foreach (string alias in verb.Aliases)
        {
            Aliases.Add(alias);
        }

        foreach (Argument argument in verb.Arguments)
        {
            Add(argument);
        }

        foreach (Option option in verb.Options.Concat(standard.For(verb.Traits)))
        {
            Add(option);
        }

        foreach (Option option in verb.HiddenOptions)
        {
            option.Hidden = true;
            Add(option);
        }

        if (verb.TakesRepository)
        {
            Add(standard.Repository);
        }

        Runs(services, globals, async (run, cancellationToken) =>
        {
            VerbRun verbRun = new(run, standard, verb);
            await using (verbRun.ConfigureAwait(false))
            {
                verbRun.CheckNumbers();
                try
                {
                    if (verb.TakesRepository)
                    {
                        await Backups.RepositoryOptions.ConnectAloneAsync(verbRun, cancellationToken).ConfigureAwait(false);
                    }

                    GuardedMode.Check(verbRun);
                    return await verb.Run(verbRun, cancellationToken).ConfigureAwait(false);
                }
                catch (ProxmoxConnectionException untrusted) when (untrusted.IsCertificateProblem && verbRun.CertificateHint is not null)
                {
                    throw new CliException(ErrorMapper.Map(untrusted) with { Hint = verbRun.CertificateHint }, untrusted);
                }
                catch (Exception failure) when (verbRun.Hints?.Fit(ErrorMapper.Map(failure)) is { } error)
                {
                    throw new CliException(error, failure);
                }
            }
        });
    }

    /// <summary>What it is made from.</summary>
    public Verb Verb { get; }

    /// <inheritdoc/>
    public override VerbClass? Class => Verb.Class;

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples => Verb.Examples;

    /// <inheritdoc/>
    public override string? Details
    {
        get
        {
            string? calls = Verb.Calls.Count > 0 ? s_calls + string.Join(", ", Verb.Calls) : null;
            return (Verb.Details, calls) switch
            {
                ({ } details, { }) => $"{details}\n\n{calls}",
                (var details, _) => details ?? calls,
            };
        }
    }
}
