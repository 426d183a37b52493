namespace ProxSharp.Cli.Commands;

/// <summary>Warnings for programs that wait for the end of a run: should it fail, they are a part of the one error on standard error.</summary>
internal sealed class HeldWarnings
{
    private readonly Lock _gate = new();
    private readonly List<string> _texts = [];

    /// <summary>Keeps one; what is kept already, such as an outage that goes on, is not told again.</summary>
    public void Add(string text)
    {
        lock (_gate)
        {
            if (!_texts.Contains(text))
            {
                _texts.Add(text);
            }
        }
    }

    /// <summary>Returns those that were kept so far, and keeps them no longer.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_gate)
        {
            string[] texts = [.. _texts];
            _texts.Clear();
            return texts;
        }
    }
}
