using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Cli.Guarding;

/// <summary>Plans and approvals as files, which go from one user to another.</summary>
internal static class PlanFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Writes a plan. Only its owner may read a new file: who else may is theirs to say, by the rights of the file or by those of one that is there already.
    /// One with a secret gets no other reader that way.
    /// </summary>
    public static Task WriteAsync(VerbRun run, string file, Plan plan, CancellationToken cancellationToken) =>
        WriteAsync(Absolute(run, file), plan.ToJson() + "\n", OwnerOnly, isKept: !plan.HasSecrets, cancellationToken);

    /// <summary>Writes an approval, which everybody may read.</summary>
    public static Task WriteAsync(VerbRun run, string file, Approval approval, CancellationToken cancellationToken) =>
        WriteAsync(Absolute(run, file), approval.ToJson(), Everybody, isKept: false, cancellationToken);

    /// <summary>Reads a plan.</summary>
    public static async Task<Plan> ReadPlanAsync(VerbRun run, string file, CancellationToken cancellationToken)
    {
        try
        {
            return Plan.Parse(await Terminal.HeldReading.RunAsync(
                () => GuardFiles.ReadNamedAsync(Absolute(run, file), cancellationToken), cancellationToken).ConfigureAwait(false));
        }
        catch (FormatException e)
        {
            throw new GuardRefusedException("tampered", $"{file} holds no plan as plans are made. {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException("unknown-plan", $"The plan in {file} cannot be read: {FileErrors.Reason(e)}.", e);
        }
    }

    /// <summary>Reads the approval of a plan.</summary>
    /// <param name="run">The command.</param>
    /// <param name="file">Where it is.</param>
    /// <param name="plan">The name of the plan.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Approval> ReadApprovalAsync(VerbRun run, string file, string plan, CancellationToken cancellationToken)
    {
        try
        {
            Approval approval = Approval.Parse(await Terminal.HeldReading.RunAsync(
                () => GuardFiles.ReadNamedAsync(Absolute(run, file), cancellationToken), cancellationToken).ConfigureAwait(false));
            return approval.PlanId == plan
                ? approval
                : throw new GuardRefusedException("approval", $"{file} holds the approval of another plan, {approval.PlanId[..Math.Min(12, approval.PlanId.Length)]}.");
        }
        catch (FormatException e)
        {
            throw new CliException(CliError.Usage($"{file} holds no approval", "prox approve --output-file writes one"), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException("approval-file", $"The approval in {file} cannot be read: {FileErrors.Reason(e)}.", e);
        }
    }

    private static async Task WriteAsync(string path, string text, UnixFileMode mode, bool isKept, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        StreamWriter writer = new(path, options);
        await using (writer.ConfigureAwait(false))
        {
            // A file that was there before keeps its mode otherwise.
            if (!OperatingSystem.IsWindows() && !isKept)
            {
                File.SetUnixFileMode(path, mode);
            }

            await writer.WriteAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Absolute(VerbRun run, string file) => run.Command.Services.Environment.AbsolutePath(file);
}
