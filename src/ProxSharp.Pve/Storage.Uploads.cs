using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <content>Uploads.</content>
public sealed partial class Storage
{
    private const FileOptions ReadOnce = FileOptions.SequentialScan;

    /// <summary>
    /// Sends a file to the storage. The bytes are streamed, memory stays flat. When they have arrived, a task of the server checks them and moves them to
    /// the storage; a file of the same name is overwritten.
    /// </summary>
    /// <param name="content">The bytes, from the current position to the end. Not disposed. A stream that cannot seek needs
    /// <see cref="UploadOptions.Length"/>.</param>
    /// <param name="name">The file's name with its extension. The server puts underscores in place of everything but ASCII letters, digits, dots, underscores
    /// and hyphens.</param>
    /// <param name="kind">What the file is.</param>
    /// <param name="options">Checksum, progress and more; null for the defaults.</param>
    /// <param name="cancellationToken">Stops sending. Nothing of a file that was not sent to its end stays on the server.</param>
    /// <returns>The task that checks and moves the file; it fails if the checksum does not match.</returns>
    /// <exception cref="ArgumentException">
    /// The name cannot be sent or has no extension of its kind of content, or the length is not known. Nothing was sent.
    /// </exception>
    /// <exception cref="InvalidOperationException">The stream ended early or could not be read.</exception>
    /// <exception cref="ProxmoxOutcomeUnknownException">The connection broke. An upload is never sent again by itself.</exception>
    /// <remarks><c>POST /nodes/{node}/storage/{storage}/upload</c>. Needs <c>Datastore.AllocateTemplate</c> on <c>/storage/{storage}</c>.</remarks>
    public async Task<PveTask> UploadAsync(
        Stream content, string name, UploadContent kind, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        UploadPlan plan = await UploadPlan.CreateAsync(content, name, kind, options, digests: false, cancellationToken).ConfigureAwait(false);
        return await SendAsync(plan, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="UploadAsync"/>
    public PveTask Upload(Stream content, string name, UploadContent kind, UploadOptions? options = null, CancellationToken cancellationToken = default) =>
        Send(UploadPlan.Create(content, name, kind, options, digests: false, cancellationToken), cancellationToken);

    /// <summary>Sends a file to the storage and waits until it is there.</summary>
    /// <returns>The volume it has become, and the SHA-256 of the bytes that were sent, computed while they were read.</returns>
    /// <exception cref="ProxmoxTaskFailedException">The checksum does not match, or the file could not be stored.</exception>
    /// <inheritdoc cref="UploadAsync"/>
    public async Task<UploadedVolume> UploadAndWaitAsync(
        Stream content, string name, UploadContent kind, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        UploadPlan plan = await UploadPlan.CreateAsync(content, name, kind, options, digests: true, cancellationToken).ConfigureAwait(false);
        PveTask task = await SendAsync(plan, cancellationToken).ConfigureAwait(false);
        (await task.WaitForCompletionAsync(options?.Wait, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
        IReadOnlyList<string> log = await TaskLogText.ReadAsync(Client, task, cancellationToken).ConfigureAwait(false);
        return plan.Finish(ContentFileName.Volume(Id, kind, ContentFileName.Find(log) ?? name), task);
    }

    /// <inheritdoc cref="UploadAndWaitAsync"/>
    public UploadedVolume UploadAndWait(
        Stream content, string name, UploadContent kind, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        UploadPlan plan = UploadPlan.Create(content, name, kind, options, digests: true, cancellationToken);
        PveTask task = Send(plan, cancellationToken);
        task.WaitForCompletion(options?.Wait, cancellationToken).EnsureSucceeded();
        IReadOnlyList<string> log = TaskLogText.Read(Client, task, cancellationToken);
        return plan.Finish(ContentFileName.Volume(Id, kind, ContentFileName.Find(log) ?? name), task);
    }

    /// <summary>Sends a file of this machine to the storage.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What the file is.</param>
    /// <param name="name">The name on the storage; null takes the file's own.</param>
    /// <param name="options">Checksum, progress and more; null for the defaults.</param>
    /// <param name="cancellationToken">Stops sending.</param>
    /// <exception cref="IOException">The file cannot be opened, for example since it is not there.</exception>
    /// <inheritdoc cref="UploadAsync"/>
    public async Task<PveTask> UploadFileAsync(
        string path, UploadContent kind, string? name = null, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, ReadOnce | FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            return await UploadAsync(file, name ?? Path.GetFileName(path), kind, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="UploadFileAsync"/>
    public PveTask UploadFile(
        string path, UploadContent kind, string? name = null, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, ReadOnce);
        return Upload(file, name ?? Path.GetFileName(path), kind, options, cancellationToken);
    }

    /// <summary>Sends a file of this machine to the storage and waits until it is there.</summary>
    /// <returns>The volume it has become, and the SHA-256 of the bytes that were sent, computed while they were read.</returns>
    /// <exception cref="ProxmoxTaskFailedException">The checksum does not match, or the file could not be stored.</exception>
    /// <inheritdoc cref="UploadFileAsync"/>
    public async Task<UploadedVolume> UploadFileAndWaitAsync(
        string path, UploadContent kind, string? name = null, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, ReadOnce | FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            return await UploadAndWaitAsync(file, name ?? Path.GetFileName(path), kind, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="UploadFileAndWaitAsync"/>
    public UploadedVolume UploadFileAndWait(
        string path, UploadContent kind, string? name = null, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, ReadOnce);
        return UploadAndWait(file, name ?? Path.GetFileName(path), kind, options, cancellationToken);
    }

    private Task<PveTask> SendAsync(UploadPlan plan, CancellationToken cancellationToken) =>
        Client.Tasks.StartedAsync(Api.UploadAsync(Node.Name.Value, Id.Value, plan.Request, plan.Upload, plan.CallOptions, cancellationToken));

    private PveTask Send(UploadPlan plan, CancellationToken cancellationToken) =>
        Client.Tasks.Started(Api.Upload(Node.Name.Value, Id.Value, plan.Request, plan.Upload, plan.CallOptions, cancellationToken));
}
