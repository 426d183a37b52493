using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>
/// The two directions of an upgraded connection. They are pipes of their own over the TLS stream, because those that the web server makes read 4 KiB at a
/// time, a quarter of a TLS record.
/// </summary>
internal sealed class SessionTransport : IDuplexPipe
{
    private const int BufferSize = 64 << 10;

    private SessionTransport(PipeReader input, PipeWriter output) => (Input, Output) = (input, output);

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Takes over what is left of a connection after its last HTTP/1.1 answer.</summary>
    public static IDuplexPipe Of(ConnectionContext connection)
    {
        if (connection.Features.Get<ISslStreamFeature>()?.SslStream is not { } tls)
        {
            return connection.Transport;
        }

        // A client may begin to speak before it has seen the answer.
        byte[] early = [];
        if (connection.Transport.Input.TryRead(out ReadResult read))
        {
            early = read.Buffer.ToArray();
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
        }

        Stream input = early.Length == 0 ? tls : new ContinuedStream(early, tls);
        return new SessionTransport(
            PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: BufferSize, minimumReadSize: BufferSize / 4, leaveOpen: true)),
            PipeWriter.Create(tls, new StreamPipeWriterOptions(minimumBufferSize: BufferSize, leaveOpen: true)));
    }
}
