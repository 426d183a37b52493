using System.Text;

namespace ProxSharp.Cli.Demo;

/// <summary>Indents each line and passes it on at once.</summary>
internal sealed class IndentedWriter : TextWriter
{
    private readonly TextWriter _inner;
    private readonly string _indent;
    private bool _isLineStart = true;

    public IndentedWriter(TextWriter inner, string indent)
    {
        (_inner, _indent) = (inner, indent);
        NewLine = "\n";
    }

    /// <inheritdoc/>
    public override Encoding Encoding => _inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (_isLineStart && value != '\n')
        {
            _inner.Write(_indent);
        }

        _isLineStart = value is '\n' or '\r';
        _inner.Write(value);
        if (_isLineStart)
        {
            _inner.Flush();
        }
    }

    /// <inheritdoc/>
    public override void Flush() => _inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);
}
