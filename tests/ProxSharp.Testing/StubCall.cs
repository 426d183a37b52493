using System.Text;

namespace ProxSharp.Testing;

/// <summary>A request that reached a <see cref="StubHandler"/>.</summary>
public sealed class StubCall
{
    internal StubCall(HttpRequestMessage request, byte[] body, int number, bool isSync)
    {
        Method = request.Method.Method;
        Host = request.RequestUri!.Authority;
        Target = request.RequestUri.PathAndQuery;
        Body = body;
        Number = number;
        IsSync = isSync;
        Headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The verb.</summary>
    public string Method { get; }

    /// <summary>Host and port.</summary>
    public string Host { get; }

    /// <summary>Path and query as they go over the wire.</summary>
    public string Target { get; }

    /// <summary>Headers of request and content.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The body.</summary>
    public byte[] Body { get; }

    /// <summary>The body as text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The number of the request, from 1.</summary>
    public int Number { get; }

    /// <summary>True if it came by the synchronous path.</summary>
    public bool IsSync { get; }
}
