using System.Text;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>A path template taken apart once: fixed text and the names of the parameters between.</summary>
internal sealed class PathTemplate
{
    private readonly Piece[] _pieces;

    /// <summary>Takes a template apart.</summary>
    /// <param name="path">The path below the API root.</param>
    /// <param name="isLiteral">True if it is a concrete path whose segments may be encoded already, and braces in it mean themselves.</param>
    public PathTemplate(string path, bool isLiteral)
    {
        List<Piece> pieces = [];
        using PooledBuffer text = new(path.Length * 3);
        foreach (string segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append((byte)'/');
            if (!isLiteral && segment.Length > 2 && segment[0] == '{' && segment[^1] == '}')
            {
                pieces.Add(new Piece(text.Span.ToArray(), segment[1..^1]));
                text.Truncate(0);
            }
            else
            {
                PercentEncoding.AppendSegment(text, isLiteral ? Uri.UnescapeDataString(segment) : segment);
            }
        }

        if (text.Length > 0)
        {
            pieces.Add(new Piece(text.Span.ToArray(), null));
        }

        _pieces = [.. pieces];
    }

    /// <summary>True if a parameter of this name stands in the path.</summary>
    public bool Contains(string name)
    {
        foreach (Piece piece in _pieces)
        {
            if (piece.Parameter is not null && piece.Parameter == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Appends the path with its parameters filled in.</summary>
    /// <exception cref="ArgumentException">A parameter of the path is missing or empty.</exception>
    public void Append(PooledBuffer buffer, ApiOperation operation, ApiParameters parameters)
    {
        foreach (Piece piece in _pieces)
        {
            buffer.Append(piece.Text);
            if (piece.Parameter is not null)
            {
                PercentEncoding.AppendSegment(buffer, Value(piece.Parameter, operation, parameters));
            }
        }
    }

    /// <summary>Returns the path with its parameters filled in, readable rather than encoded; for messages.</summary>
    public string Describe(ApiParameters parameters)
    {
        StringBuilder text = new();
        foreach (Piece piece in _pieces)
        {
            text.Append(Uri.UnescapeDataString(Encoding.ASCII.GetString(piece.Text)));
            if (piece.Parameter is not null)
            {
                text.Append(parameters.Find(piece.Parameter) is { Length: > 0 } value ? value : $"{{{piece.Parameter}}}");
            }
        }

        return text.ToString();
    }

    private static string Value(string name, ApiOperation operation, ApiParameters parameters)
    {
        // An empty segment would address the collection instead of the item: fatal for a DELETE.
        return parameters.Find(name) is { Length: > 0 } value
            ? value
            : throw new ArgumentException($"{operation} needs a value for '{name}', which is part of the path.", name);
    }

    private readonly record struct Piece(byte[] Text, string? Parameter);
}
