using System.Buffers;
using System.Collections.Concurrent;
using ProxSharp.Backup.Formats.Blobs;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>Encodes and decodes blobs; keeps the contexts for the next call. Safe for concurrent use.</summary>
internal static class BlobCodecs
{
    private static readonly ConcurrentBag<DataBlobDecoder> s_decoders = [];
    private static readonly ConcurrentBag<DataBlobEncoder> s_encoders = [];

    /// <summary>The data of a blob that is not encrypted.</summary>
    /// <exception cref="ProxmoxProtocolException">The bytes are no blob, or are damaged.</exception>
    public static byte[] Decode(byte[] blob, int maxLength = DataBlob.MaxDataSize) => WithDecoder((blob, maxLength), static (decoder, state) =>
    {
        ArrayBufferWriter<byte> output = new(Math.Max(1, state.blob.Length));
        decoder.Decode(state.blob, output, state.maxLength);
        return output.WrittenSpan.ToArray();
    });

    /// <summary>Lends a decoder.</summary>
    public static TResult WithDecoder<TState, TResult>(TState state, Func<DataBlobDecoder, TState, TResult> use)
    {
        DataBlobDecoder decoder = s_decoders.TryTake(out DataBlobDecoder? kept) ? kept : new DataBlobDecoder();
        try
        {
            return use(decoder, state);
        }
        finally
        {
            s_decoders.Add(decoder);
        }
    }

    /// <summary>A blob that holds the data, compressed if that is not longer.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> data)
    {
        DataBlobEncoder encoder = s_encoders.TryTake(out DataBlobEncoder? kept) ? kept : new DataBlobEncoder();
        try
        {
            ArrayBufferWriter<byte> output = new(DataBlob.GetMaxLength(data.Length, encrypted: false));
            encoder.Encode(data, output);
            return output.WrittenSpan.ToArray();
        }
        finally
        {
            s_encoders.Add(encoder);
        }
    }

    /// <summary>A blob that holds the data as it is, so that its length is the same whatever compresses.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> data)
    {
        using DataBlobEncoder encoder = new(compress: false);
        ArrayBufferWriter<byte> output = new(DataBlob.GetMaxLength(data.Length, encrypted: false));
        encoder.Encode(data, output);
        return output.WrittenSpan.ToArray();
    }
}
