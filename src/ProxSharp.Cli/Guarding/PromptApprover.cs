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
        TextWriter terminal = run.Services.Console.Error;
        await terminal.WriteLineAsync($"Plan {PlanText.ShortId(plan.Id)} for {run.ErrorAnsi.Bold(TextCells.Visible(plan.Context))}:").ConfigureAwait(false);
        foreach (string line in plan.Consequences)
        {
            await terminal.WriteLineAsync($"  {TextCells.Visible(line)}").ConfigureAwait(false);
        }

        string back = plan.Undo.Count > 0 ? "It can be taken back." : run.ErrorAnsi.Red("There is no way back.");
        await terminal.WriteLineAsync(back).ConfigureAwait(false);
        string name = NameOf(plan);
        return await questions.AskAsync($"Type {TextCells.Visible(name)} to approve: ").ConfigureAwait(false) == name;
    }

    /// <summary>What has to be typed: the name of the target, or how many there are.</summary>
    public static string NameOf(Plan plan) => plan.Targets.Count == 1
        ? plan.Targets[0].Identity.TryGetValue("name", out string? name) && name.Length > 0 ? name : plan.Targets[0].Key.Split(' ', '/')[^1]
        : $"{plan.Targets.Count} targets";
}
