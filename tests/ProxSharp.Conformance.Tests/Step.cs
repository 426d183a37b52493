namespace ProxSharp.Conformance.Tests;

/// <summary>
/// A call that prepares the state a sample needs, written in one line: <c>user VERB path form</c>, optionally with <c>-&gt; text</c>, the recorded
/// text that the answer's data stands for. Or <c>wait seconds</c>, <c>login name user password</c>, <c>fault status reason</c>, <c>forget-faults</c>.
/// </summary>
internal sealed record Step(string Verb, string Caller, string Path, string Form, string? Recorded)
{
    public static Step Parse(string line)
    {
        string? recorded = null;
        int arrow = line.IndexOf(" -> ", StringComparison.Ordinal);
        if (arrow >= 0)
        {
            (line, recorded) = (line[..arrow], line[(arrow + 4)..]);
        }

        string[] words = line.Split(' ', 4);
        return words[0] is "wait" or "login" or "fault" or "forget-faults" or "upload"
            ? new Step(words[0], Word(words, 1), Word(words, 2), Word(words, 3), recorded)
            : new Step(words[1], words[0], words[2], Word(words, 3), recorded);
    }

    private static string Word(string[] words, int index) => words.Length > index ? words[index] : "";
}
