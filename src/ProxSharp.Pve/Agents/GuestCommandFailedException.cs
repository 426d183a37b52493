namespace ProxSharp.Pve.Agents;

/// <summary>A program inside a guest ended with an error.</summary>
public sealed class GuestCommandFailedException : ProxmoxException
{
    private const int LongestText = 500;

    /// <summary>Creates the exception.</summary>
    /// <param name="result">What became of the program.</param>
    public GuestCommandFailedException(AgentExecResult result)
        : base(Describe(result)) => Result = result;

    /// <summary>What became of the program.</summary>
    public AgentExecResult Result { get; }

    private static string Describe(AgentExecResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string said = (result.Error.Length > 0 ? result.Error : result.Output).ReplaceLineEndings(" ").Trim();
        string text = said.Length > LongestText ? $": {said[..LongestText]}..." : said.Length > 0 ? $": {said}" : ".";
        return $"The command failed inside the guest; {result}{text}";
    }
}
