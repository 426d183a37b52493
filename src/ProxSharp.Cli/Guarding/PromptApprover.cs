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
    /// <inheritdoc/>
    public ApprovalKind Kind => ApprovalKind.Prompt;

    /// <inheritdoc/>
    public async Task<bool> ApproveAsync(Plan plan, CancellationToken cancellationToken)
    {
        await ShowAsync(run, plan).ConfigureAwait(false);
        string name = NameOf(plan);
        return await questions.AskOrNoneAsync($"Type {TextCells.Visible(name)} to approve: ").ConfigureAwait(false) is { } typed
            ? typed == name
            : throw new GuardRefusedException("approval", $"The input ended before anybody answered: plan {PlanText.ShortId(plan.Id)} is not approved, and stays open.");
    }

    /// <summary>Shows what is to be decided: what follows from the calls, never what a plan says about itself.</summary>
    public static async Task ShowAsync(CommandRun run, Plan plan)
    {
        TextWriter terminal = run.Services.Console.Error;
        foreach ((int place, string line) in plan.Describe().Index())
        {
            await terminal.WriteLineAsync(place == 0 ? run.ErrorAnsi.Bold(TextCells.Visible(line)) : $"  {TextCells.Visible(line)}").ConfigureAwait(false);
        }
    }

    /// <summary>What has to be typed: the name of the target, or how many there are.</summary>
    public static string NameOf(Plan plan) => plan.Targets.Count == 1
        ? plan.Targets[0].Identity.TryGetValue("name", out string? name) && name.Length > 0 ? name : plan.Targets[0].Key.Split(' ', '/')[^1]
        : $"{plan.Targets.Count} targets";
}
