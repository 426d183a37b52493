using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Agents;

public sealed partial class GuestAgent
{
    /// <summary>The most bytes that one call reads.</summary>
    public const int LongestRead = 16 * 1024 * 1024;

    /// <summary>The most bytes that one call writes; longer files are written in several steps.</summary>
    /// <remarks>Proxmox: the server takes 61440 characters, and three bytes make four of them.</remarks>
    public const int LongestWrite = 61440 / 4 * 3;

    /// <summary>Reads a file inside the guest, or a part of it.</summary>
    /// <param name="path">The full path inside the guest.</param>
    /// <param name="offset">Where to begin, in bytes from the start of the file. Servers before 9.1 know no offset but 0.</param>
    /// <param name="count">How many bytes to read at most, 1 to 16 MiB; null reads 16 MiB.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/file-read</c>. Needs <c>VM.GuestAgent.FileRead</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<AgentFileContent> ReadFileAsync(string path, long offset = 0, int? count = null, CancellationToken cancellationToken = default)
    {
        NodesQemuAgentReadFileRequest request = ReadRequest(path, offset, count);
        return AgentReader.Read(await CallAsync(node => Agent.ReadFileAsync(node, Id, request, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc cref="ReadFileAsync"/>
    public AgentFileContent ReadFile(string path, long offset = 0, int? count = null, CancellationToken cancellationToken = default)
    {
        NodesQemuAgentReadFileRequest request = ReadRequest(path, offset, count);
        return AgentReader.Read(Call(node => Agent.ReadFile(node, Id, request, cancellationToken: cancellationToken), cancellationToken));
    }

    /// <summary>Copies a file of any size out of the guest, in several steps. A file that changes meanwhile arrives mixed.</summary>
    /// <param name="path">The full path inside the guest.</param>
    /// <param name="destination">Where its bytes go.</param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <returns>How many bytes it has.</returns>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/file-read</c>. Needs <c>VM.GuestAgent.FileRead</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<long> CopyFileToAsync(string path, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        for (long offset = 0; ;)
        {
            AgentFileContent part = await ReadFileAsync(path, offset, null, cancellationToken).ConfigureAwait(false);
            await destination.WriteAsync(part.Content, cancellationToken).ConfigureAwait(false);
            offset += part.Content.Length;
            if (!part.IsTruncated || part.Content.IsEmpty)
            {
                return offset;
            }
        }
    }

    /// <inheritdoc cref="CopyFileToAsync"/>
    public long CopyFileTo(string path, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        for (long offset = 0; ;)
        {
            AgentFileContent part = ReadFile(path, offset, null, cancellationToken);
            destination.Write(part.Content.Span);
            offset += part.Content.Length;
            if (!part.IsTruncated || part.Content.IsEmpty)
            {
                return offset;
            }
        }
    }

    /// <summary>
    /// Writes a file inside the guest; one that exists is overwritten. Up to <see cref="LongestWrite"/> bytes (45 KiB) take one call. The agent
    /// cannot
    /// append, so the rest of a longer file is added by the programs <c>sh</c> and <c>base64</c> inside the guest, 45 KiB a step; if that fails,
    /// a part
    /// of the file remains. Longer files need more rights and do not work on Windows.
    /// </summary>
    /// <param name="path">The full path inside the guest. Its folder must exist.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellationToken">Cancels the writing, and leaves a part of a longer file.</param>
    /// <exception cref="NotSupportedException">The guest is Windows and the content longer than one call can carry. Nothing is written.</exception>
    /// <exception cref="GuestCommandFailedException">The guest could not append.</exception>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/file-write</c>; for longer files also <c>POST /nodes/{node}/qemu/{vmid}/agent/exec</c>.
    /// Needs <c>VM.GuestAgent.FileWrite</c> or <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>; for longer files the latter.</remarks>
    public async Task WriteFileAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        if (content.Length > LongestWrite)
        {
            CheckCanAppend(await GetOperatingSystemAsync(cancellationToken).ConfigureAwait(false), content.Length);
        }

        NodesQemuAgentWriteFileRequest request = WriteRequest(path, Part(content, 0));
        await CallAsync(node => Agent.WriteFileAsync(node, Id, request, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        for (int offset = LongestWrite; offset < content.Length; offset += LongestWrite)
        {
            (string[] command, AgentExecOptions options) = Append(path, Part(content, offset));
            (await ExecAsync(command, options, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
        }
    }

    /// <inheritdoc cref="WriteFileAsync"/>
    public void WriteFile(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        if (content.Length > LongestWrite)
        {
            CheckCanAppend(GetOperatingSystem(cancellationToken), content.Length);
        }

        NodesQemuAgentWriteFileRequest request = WriteRequest(path, Part(content, 0));
        Call(node => Agent.WriteFile(node, Id, request, cancellationToken: cancellationToken), cancellationToken);
        for (int offset = LongestWrite; offset < content.Length; offset += LongestWrite)
        {
            (string[] command, AgentExecOptions options) = Append(path, Part(content, offset));
            Exec(command, options, cancellationToken).EnsureSucceeded();
        }
    }

    private static ReadOnlyMemory<byte> Part(ReadOnlyMemory<byte> content, int offset) =>
        content.Slice(offset, Math.Min(LongestWrite, content.Length - offset));

    // Encoded here, because the server would take characters for bytes.
    private static NodesQemuAgentReadFileRequest ReadRequest(string path, long offset, int? count)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new NodesQemuAgentReadFileRequest { File = path, Decode = false, Offset = offset == 0 ? null : offset, Count = count };
    }

    private static NodesQemuAgentWriteFileRequest WriteRequest(string path, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new NodesQemuAgentWriteFileRequest { File = path, Content = Convert.ToBase64String(content.Span), Encode = false };
    }

    private static (string[] Command, AgentExecOptions Options) Append(string path, ReadOnlyMemory<byte> content) =>
        (["/bin/sh", "-c", "base64 -d >> \"$1\"", "sh", path], new AgentExecOptions { Input = Convert.ToBase64String(content.Span) });

    private static void CheckCanAppend(GuestOperatingSystem system, int length)
    {
        if (system.IsWindows)
        {
            throw new NotSupportedException(
                $"The agent writes at most {LongestWrite} bytes at once, the file has {length}, and appending needs a Unix "
                    + $"shell: bring it into a Windows guest another way.");
        }
    }
}
