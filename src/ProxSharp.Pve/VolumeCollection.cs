using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <summary>What is kept on a storage.</summary>
public sealed class VolumeCollection
{
    private readonly Storage _storage;

    internal VolumeCollection(Storage storage) => _storage = storage;

    private NodesStorageContentApi Api => _storage.Client.Api.Nodes.Storage.Content;

    /// <summary>A volume by its identifier; nothing is sent.</summary>
    /// <exception cref="ArgumentException">The volume is on another storage.</exception>
    public Volume this[VolumeId id] => id.Storage == _storage.Id
        ? new Volume(_storage, id)
        : throw new ArgumentException($"The volume {id} is not on the storage {_storage.Id}.", nameof(id));

    /// <summary>A volume by its full identifier, or by its name on this storage, for example <c>iso/debian-13.iso</c>; nothing is sent.</summary>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public Volume this[string name]
    {
        get
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            string prefix = $"{_storage.Id}:";
            return new Volume(_storage, new VolumeId(_storage.Id, name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name));
        }
    }

    /// <summary>Lists the volumes. Those the user may not see are left out.</summary>
    /// <param name="content">Only this kind of content; null for all.</param>
    /// <param name="guest">Only volumes and backups of this guest; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="StorageListTimeoutException">The storage took longer than the 30 s that the server waits.</exception>
    /// <remarks><c>GET /nodes/{node}/storage/{storage}/content</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.AllocateSpace</c> on <c>/storage/{storage}</c>.</remarks>
    public async Task<IReadOnlyList<VolumeInfo>> ListAsync(StorageContent? content = null, VmId? guest = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return Read(await Api.ListAsync(_storage.Node.Name.Value, _storage.Id.Value, Filter(content, guest), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));
        }
        catch (ProxmoxApiException exception) when (StorageListTimeoutException.Matches(exception))
        {
            throw StorageListTimeoutException.From(exception, _storage, content is not null, guest is not null);
        }
    }

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<VolumeInfo> List(StorageContent? content = null, VmId? guest = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return Read(Api.List(_storage.Node.Name.Value, _storage.Id.Value, Filter(content, guest), cancellationToken: cancellationToken).Data);
        }
        catch (ProxmoxApiException exception) when (StorageListTimeoutException.Matches(exception))
        {
            throw StorageListTimeoutException.From(exception, _storage, content is not null, guest is not null);
        }
    }

    /// <summary>Makes an empty disk image.</summary>
    /// <param name="guest">The guest it is for.</param>
    /// <param name="name">Its name, which must hold the guest's number, for example <c>vm-100-disk-1.qcow2</c> on a directory and <c>vm-100-disk-1</c> elsewhere.</param>
    /// <param name="size">Its size in bytes; rounded up to whole KiB.</param>
    /// <param name="format">Its format; null takes that of the name's extension, or raw.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The identifier of the new volume.</returns>
    /// <exception cref="ProxmoxConflictException">There is such a volume.</exception>
    /// <remarks><c>POST /nodes/{node}/storage/{storage}/content</c>. Needs <c>Datastore.AllocateSpace</c> on <c>/storage/{storage}</c>.</remarks>
    public async Task<VolumeId> AllocateAsync(VmId guest, string name, long size, ImageFormat? format = null, CancellationToken cancellationToken = default) =>
        WireValues.Volume(await Api.CreateAsync(_storage.Node.Name.Value, _storage.Id.Value, Allocation(guest, name, size, format), cancellationToken: cancellationToken)
            .DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="AllocateAsync"/>
    public VolumeId Allocate(VmId guest, string name, long size, ImageFormat? format = null, CancellationToken cancellationToken = default) =>
        WireValues.Volume(Api.Create(_storage.Node.Name.Value, _storage.Id.Value, Allocation(guest, name, size, format), cancellationToken: cancellationToken).Data);

    private static NodesStorageContentListRequest Filter(StorageContent? content, VmId? guest) => new() { Content = content?.Value, VmId = guest?.Value };

    private static IReadOnlyList<VolumeInfo> Read(IReadOnlyList<NodesStorageContentItem> items) => [.. items.Select(static item => new VolumeInfo(item))];

    private static NodesStorageContentCreateRequest Allocation(VmId guest, string name, long size, ImageFormat? format)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);

        // Proxmox: a number without a unit counts KiB.
        return new NodesStorageContentCreateRequest
        {
            VmId = guest.Value,
            Filename = name,
            Size = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{((size - 1) / 1024) + 1}"),
            Format = format,
        };
    }
}
