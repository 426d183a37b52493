using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Errors;

/// <summary>
/// Takes the messages of the library apart. They end with advice to programmers; the tool has one next step of its own, and says things once.
/// </summary>
/// <param name="What">What happened, without advice.</param>
/// <param name="Advice">The advice without a full stop; null if there is none.</param>
internal sealed record ServerAdvice(string What, string? Advice)
{
    private static readonly string[] s_marks = [". Check ", ". Allow it more time", ". Whether it was carried out"];

    // What the library recommends to programmers whose login meets a second factor.
    private const string SecondFactorMark = ". Give ProxmoxCredentials.";

    // What programs can ask for where something is locked.
    private const string WaitingCall = ", or let the call wait with RetryBusy";

    /// <summary>Takes the message about an answer of the server apart.</summary>
    public static ServerAdvice Of(ProxmoxApiException answer)
    {
        string message = answer.Message.ReplaceLineEndings(" ");
        if (answer is ProxmoxAuthenticationException && message.IndexOf(SecondFactorMark, StringComparison.Ordinal) is > 0 and int factor)
        {
            return new ServerAdvice(message[..factor], SecondFactorPrompt.Advice.TrimEnd('.'));
        }

        string said = answer.ServerMessage.ReplaceLineEndings(" ").Trim().TrimEnd('.', ':');
        int start = said.Length == 0 ? -1 : message.IndexOf($": {said}", StringComparison.Ordinal);
        if (start < 0)
        {
            return new ServerAdvice(message, null);
        }

        int end = start + 2 + said.Length;
        string rest = message[end..];

        // Complaints about parameters come in between; they are shown apart.
        string advice = rest.StartsWith(':') ? "" : Plain(rest.Trim('.', ' '));
        return new ServerAdvice(message[..end], advice.Length > 0 ? advice : null);
    }

    /// <summary>Returns advice of the library without what only programs can do.</summary>
    public static string Plain(string advice) => advice.Replace(WaitingCall, "", StringComparison.Ordinal);

    /// <summary>Takes the message about a connection apart.</summary>
    public static ServerAdvice Of(ProxmoxConnectionException failure)
    {
        string message = failure.Message.ReplaceLineEndings(" ");
        int end = s_marks.Select(mark => message.IndexOf(mark, StringComparison.Ordinal)).Where(static at => at >= 0).DefaultIfEmpty(-1).Min();
        return end < 0 ? new ServerAdvice(message, null) : new ServerAdvice(message[..end], message[(end + 2)..].TrimEnd('.'));
    }
}
