namespace ProxSharp.Cli.Tests.Testing;

/// <summary>What one command line did.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Asserts success and returns the output.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}: {Errors}");
        return Output;
    }

    /// <summary>Asserts an exit code.</summary>
    public void FailedWithCode(int exitCode) => Assert.True(ExitCode == exitCode, $"Exit code {ExitCode} instead of {exitCode}: {Errors}{Output}");

    /// <summary>Asserts an exit code and one line on standard error without a stack trace; returns the line.</summary>
    public string FailedWith(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode} instead of {exitCode}: {Errors}{Output}");
        string line = Assert.Single(Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        return line;
    }
}
