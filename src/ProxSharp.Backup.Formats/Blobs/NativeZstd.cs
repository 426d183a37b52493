using System.Runtime.InteropServices;

namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>zstd by the library that most Linux systems have (every Debian does). Only functions of its stable interface are used.</summary>
internal sealed unsafe class NativeZstd : ZstdCodec
{
    // The library returns minus this value if the destination is too short.
    private const int DestinationTooSmall = 70;

    private static readonly Functions? s_functions = Load();

    private nint _compressor;
    private nint _decompressor;

    ~NativeZstd() => Free();

    /// <summary>Whether this system has the library and it is not switched off.</summary>
    public static bool IsAvailable => s_functions is not null;

    public override bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        Functions functions = s_functions!;
        _compressor = NotNull(_compressor != 0 ? _compressor : functions.CreateCompressor());
        fixed (byte* from = source, to = destination)
        {
            nuint result = functions.Compress(_compressor, to, (nuint)destination.Length, from, (nuint)source.Length, Level);
            bool failed = functions.IsError(result) != 0;
            GC.KeepAlive(this);
            written = failed ? 0 : (int)result;
            return !failed;
        }
    }

    public override ZstdOutcome Decompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        Functions functions = s_functions!;
        _decompressor = NotNull(_decompressor != 0 ? _decompressor : functions.CreateDecompressor());
        fixed (byte* from = source, to = destination)
        {
            nuint result = functions.Decompress(_decompressor, to, (nuint)destination.Length, from, (nuint)source.Length);
            bool failed = functions.IsError(result) != 0;
            GC.KeepAlive(this);
            written = failed ? 0 : (int)result;
            return !failed ? ZstdOutcome.Done : result == unchecked(0 - (nuint)DestinationTooSmall) ? ZstdOutcome.TooSmall : ZstdOutcome.Damaged;
        }
    }

    public override void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_compressor != 0)
        {
            s_functions!.FreeCompressor(_compressor);
            _compressor = 0;
        }

        if (_decompressor != 0)
        {
            s_functions!.FreeDecompressor(_decompressor);
            _decompressor = 0;
        }
    }

    private static nint NotNull(nint context) => context != 0 ? context : throw new InvalidOperationException("There is no memory for compression.");

    private static Functions? Load()
    {
        if (AppContext.TryGetSwitch("ProxSharp.Backup.ManagedZstd", out bool managed) && managed)
        {
            return null;
        }

        return OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libzstd.so.1", typeof(NativeZstd).Assembly, DllImportSearchPath.SafeDirectories, out nint library)
            ? Functions.TryBind(library)
            : null;
    }

    private sealed class Functions
    {
        public required delegate* unmanaged<nint> CreateCompressor { get; init; }

        public required delegate* unmanaged<nint, nuint> FreeCompressor { get; init; }

        public required delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint> Compress { get; init; }

        public required delegate* unmanaged<nint> CreateDecompressor { get; init; }

        public required delegate* unmanaged<nint, nuint> FreeDecompressor { get; init; }

        public required delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> Decompress { get; init; }

        public required delegate* unmanaged<nuint, uint> IsError { get; init; }

        public static Functions? TryBind(nint library)
        {
            string[] names =
            [
                "ZSTD_createCCtx", "ZSTD_freeCCtx", "ZSTD_compressCCtx", "ZSTD_createDCtx", "ZSTD_freeDCtx", "ZSTD_decompressDCtx", "ZSTD_isError",
            ];
            nint[] found = new nint[names.Length];
            for (int i = 0; i < names.Length; i++)
            {
                if (!NativeLibrary.TryGetExport(library, names[i], out found[i]))
                {
                    return null;
                }
            }

            return new Functions
            {
                CreateCompressor = (delegate* unmanaged<nint>)found[0],
                FreeCompressor = (delegate* unmanaged<nint, nuint>)found[1],
                Compress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint>)found[2],
                CreateDecompressor = (delegate* unmanaged<nint>)found[3],
                FreeDecompressor = (delegate* unmanaged<nint, nuint>)found[4],
                Decompress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)found[5],
                IsError = (delegate* unmanaged<nuint, uint>)found[6],
            };
        }
    }
}
