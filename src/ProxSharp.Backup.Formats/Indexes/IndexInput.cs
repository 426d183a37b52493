using System.Buffers;

namespace ProxSharp.Backup.Formats.Indexes;

/// <summary>Reads a whole index from a stream. Memory grows with what has arrived, never with what a header promises.</summary>
internal static class IndexInput
{
    private const int FirstSize = 64 << 10;

    public static byte[] ReadToEnd(Stream source, string what)
    {
        byte[] buffer = new byte[FirstSize];
        int length = 0;
        while (true)
        {
            int read = source.Read(buffer.AsSpan(length));
            if (read == 0)
            {
                return buffer[..length];
            }

            length += read;
            buffer = Grow(buffer, length, what);
        }
    }

    public static async Task<byte[]> ReadToEndAsync(Stream source, string what, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[FirstSize];
        int length = 0;
        while (true)
        {
            int read = await source.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return buffer[..length];
            }

            length += read;
            buffer = Grow(buffer, length, what);
        }
    }

    public static byte[] ToArray(Action<IBufferWriter<byte>> write, int length)
    {
        ArrayBufferWriter<byte> output = new(length);
        write(output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Grow(byte[] buffer, int length, string what)
    {
        if (length < buffer.Length)
        {
            return buffer;
        }

        if (buffer.Length > Array.MaxLength / 2)
        {
            throw Malformed.At(length, FormattableString.Invariant($"The {what} is longer than {Array.MaxLength / 2} bytes."));
        }

        Array.Resize(ref buffer, buffer.Length * 2);
        return buffer;
    }
}
