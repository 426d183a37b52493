using System.Globalization;
using System.Text;

namespace ProxSharp.Recording;

/// <summary>
/// Writes down every exchange of a client with its servers, for bug reports and for tests: the simulator can answer with a recording. Secrets are
/// masked: passwords, tickets, tokens, keys, and whatever was seen as one before. Transfers of files are noted without their bytes. Safe for
/// concurrent use; one recorder can serve several clients.
/// </summary>
/// <example>
/// <code>
/// using ExchangeRecorder recorder = ExchangeRecorder.ToFolder("recording");
/// await using PveClient pve = new(new PveClientOptions { Recorder = recorder, ... });
/// </code>
/// </example>
public sealed class ExchangeRecorder : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream? _file;
    private readonly string? _folder;
    private int _first;
    private int _count;

    private ExchangeRecorder(FileStream? file, string? folder) => (_file, _folder) = (file, folder);

    /// <summary>How many exchanges were seen so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Why an exchange could not be written; null if all were. The calls themselves never fail for it.</summary>
    public Exception? Failure { get; private set; }

    internal RecordedSecrets Secrets { get; } = new();

    /// <summary>
    /// Records into one file: an exchange on each line, as JSON. A recording of that name is added to, a file with anything else in it is refused. Only
    /// its owner can read a file that is made.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">There is a file of that name that is no recording; it is left as it is.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be made.</exception>
    public static ExchangeRecorder ToFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ExchangeRecorder(RecordingFiles.OpenToAppend(path), null);
    }

    /// <summary>
    /// Records into a folder: a JSON file for each exchange, numbered in the order in which they ended. The folder is made if it is missing; in one that
    /// has numbered files the numbers go on.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be made.</exception>
    public static ExchangeRecorder ToFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string folder = Directory.CreateDirectory(path).FullName;
        return new ExchangeRecorder(null, folder) { _first = RecordingFiles.LastNumber(folder) };
    }

    /// <summary>Closes the file. Exchanges that end afterwards are not recorded.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
        }
    }

    internal void Add(RecordedExchange exchange)
    {
        lock (_gate)
        {
            int number = ++_count;
            try
            {
                Write(exchange, number);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // A full disk must not turn a call that succeeded into one that failed: who records looks at Failure.
                Failure ??= e;
            }
        }
    }

    private void Write(RecordedExchange exchange, int number)
    {
        string name = ExchangeJson.NameOf(exchange);
        if (_file is not null)
        {
            _file.Write(ExchangeJson.Write(exchange, name, Secrets, isIndented: false));
            _file.WriteByte((byte)'\n');
            _file.Flush();
            return;
        }

        string path;
        while (File.Exists(path = Path.Combine(_folder!, string.Create(CultureInfo.InvariantCulture, $"{_first + number:000}-{name}.json"))))
        {
            // Another client may record into the folder at the same time.
            _first++;
        }

        using FileStream file = RecordingFiles.Open(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(ExchangeJson.Write(exchange, name, Secrets, isIndented: true));
        file.Write(Encoding.UTF8.GetBytes("\n"));
    }
}
