using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Recording;

/// <summary>The files of a recording: what is there already is added to and never lost.</summary>
internal static class RecordingFiles
{
    private static readonly SearchValues<byte> s_spaces = SearchValues.Create(" \t\r\n"u8);

    /// <summary>Opens a file to write behind what it holds; it is made if it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It holds something else than exchanges.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStream OpenToAppend(string path)
    {

        FileStream file = Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        try
        {
            if (file.CanSeek)
            {
                MoveToEnd(file, path);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file; one that is made can be read by its owner only.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Returns the highest number in front of the names of a folder's files; 0 if there is none.</summary>
    public static int LastNumber(string folder)
    {
        int last = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*.json"))
        {
            string name = Path.GetFileName(file);
            int dash = name.IndexOf('-', StringComparison.Ordinal);
            if (dash >= 3 && int.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                last = Math.Max(last, number);
            }
        }

        return last;
    }

    private static void MoveToEnd(FileStream file, string path)
    {
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        if (content.AsSpan().IndexOfAnyExcept(s_spaces) < 0)
        {
            return;
        }

        if (!IsRecording(content))
        {
            throw new InvalidDataException($"'{path}' is there already and is no recording.");
        }

        if (content[^1] != (byte)'\n')
        {
            file.WriteByte((byte)'\n');
        }
    }

    private static bool IsRecording(byte[] content)
    {
        try
        {
            Utf8JsonReader reader = new(content, new JsonReaderOptions { AllowMultipleValues = true });
            while (reader.Read())
            {
                using JsonDocument document = JsonDocument.ParseValue(ref reader);
                JsonElement exchange = document.RootElement;
                if (exchange.ValueKind != JsonValueKind.Object || !exchange.TryGetProperty("request", out _) || !exchange.TryGetProperty("response", out _))
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            // Whatever it is, it is not ours to write into.
            return false;
        }
    }
}
