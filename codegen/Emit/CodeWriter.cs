using System.Text;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Collects lines of C# with their indentation.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>The number of lines so far.</summary>
    public int Lines { get; private set; }

    /// <summary>Adds a line; without text, an empty one.</summary>
    public void Line(string text = "")
    {
        if (text.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(text);
        }

        _text.Append('\n');
        Lines++;
    }

    /// <summary>Adds an opening brace and indents what follows.</summary>
    public void Open(string? head = null)
    {
        if (head is not null)
        {
            Line(head);
        }

        Line("{");
        _depth++;
    }

    /// <summary>Ends the indentation and adds the closing brace.</summary>
    public void Close(string tail = "")
    {
        _depth--;
        Line("}" + tail);
    }

    /// <summary>Adds a documentation summary.</summary>
    public void Summary(string text) => Line($"/// <summary>{text}</summary>");

    /// <summary>Adds the text of another writer at the current depth.</summary>
    public void Append(CodeWriter other)
    {
        foreach (string line in other._text.ToString().TrimEnd('\n').Split('\n'))
        {
            Line(line);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
