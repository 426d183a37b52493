using ProxSharp.Api;
using ProxSharp.Backup;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Calls;

/// <summary>A file that a call answers with, on its way to a file or to standard output.</summary>
/// <param name="run">The run.</param>
/// <param name="name">The file as it was typed; null for standard output.</param>
internal sealed class ReceivedFile(CommandRun run, string? name)
{
    private const int BlockSize = 128 * 1024;

    private readonly string? _path = name is null ? null : run.Services.Environment.AbsolutePath(name);

    /// <summary>Refuses to write to a terminal, before anything is asked for.</summary>
    /// <exception cref="CliException">Standard output is one, and no file was named.</exception>
    public void CheckTarget()
    {
        if (_path is null && run.Services.Console.IsOutputTerminal)
        {
            throw CliException.Usage("This call answers with a file, which a terminal cannot show", "Write it to a file: --output-file NAME");
        }
    }

    /// <summary>Receives all of it. A file has its name, and takes the place of one that has it, only when it is complete.</summary>
    /// <param name="download">The answer.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task ReceiveAsync(ApiDownload download, CancellationToken cancellationToken)
    {
        if (_path is null)
        {
            Stream output = run.Services.Console.OpenOutput();
            await using (output.ConfigureAwait(false))
            {
                await download.Content.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        try
        {
            await WholeFile.WriteAsync(_path, (file, stop) => CopyAsync(download.Content, file, stop), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            run.TellInterrupted(new InterruptedNote($"Interrupted: {Left()}"));
            throw;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            CliError error = failure is IOException or UnauthorizedAccessException
                ? FileErrors.Map(failure) with { Message = $"{TextCells.Visible(_path)} cannot be written: {FileErrors.Reason(failure)}" }
                : ErrorMapper.Map(failure);
            throw new CliException(error.Advise($"No part of it was saved: {Left()}."), failure);
        }
    }

    // What the server sends and what the disk takes fail alike; only the latter is about the file.
    private static async Task CopyAsync(Stream content, Stream file, CancellationToken cancellationToken)
    {
        byte[] block = new byte[BlockSize];
        while (true)
        {
            int read;
            try
            {
                read = await content.ReadAsync(block, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException broken)
            {
                throw new CliException(ErrorMapper.Map(new ProxmoxConnectionException($"The connection broke: {broken.Message}", broken)), broken);
            }

            if (read == 0)
            {
                return;
            }

            await file.WriteAsync(block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
    }

    private string Left() => File.Exists(_path) ? $"{TextCells.Visible(_path!)} is as it was" : $"there is no {TextCells.Visible(_path!)}";
}
