using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Terminal;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>Asks the person at the terminal to type the name of what a plan acts on.</summary>
internal sealed class PromptApprover(CommandRun run, Questions questions) : IPlanApprover
{
    private const int Attempts = 3;

    /// <inheritdoc/>
    public ApprovalKind Kind => ApprovalKind.Prompt;

    /// <inheritdoc/>
    public async Task<bool> ApproveAsync(Plan plan, CancellationToken cancellationToken)
    {
        await ShowAsync(run, plan).ConfigureAwait(false);
        string name = NameOf(plan);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            string typed = await questions.AskOrNoneAsync($"Type {TextCells.Visible(name)} to approve, no to decline: ").ConfigureAwait(false)
                ?? throw Undecided(plan, "The input ended before anybody answered");
            if (typed == name)
            {
                return true;
            }

            if (typed.ToUpperInvariant() is "NO" or "N")
            {
                return false;
            }
        }

        // A slip of the finger is no decision: only the word for it closes the plan.
        throw Undecided(plan, $"'{TextCells.Visible(name)}' was not typed");
    }

    private static GuardRefusedException Undecided(Plan plan, string why) =>
        new("approval", $"{why}: plan {PlanText.ShortId(plan.Id)} is not approved, and stays open.");

    /// <summary>Shows what is to be decided: what follows from the calls, never what a plan says about itself.</summary>
    public static async Task ShowAsync(CommandRun run, Plan plan)
    {
        TextWriter terminal = run.Services.Console.Error;
        bool isFirst = true;
        foreach (string line in plan.Describe())
        {
            await terminal.WriteLineAsync(isFirst ? run.ErrorAnsi.Bold(TextCells.Visible(line)) : $"  {TextCells.Visible(line)}").ConfigureAwait(false);
            isFirst = false;
        }
    }

    /// <summary>What has to be typed: the name of the target, or how many there are.</summary>
    public static string NameOf(Plan plan) => plan.Targets is [{ } only]
        ? TypedName.Of(only.Identity.GetValueOrDefault("name") is { Length: > 0 } name ? name : only.Key.Split(' ', '/')[^1], TypedName.Of(only.Key, "approve"))
        : $"{plan.Targets.Count} targets";
}
