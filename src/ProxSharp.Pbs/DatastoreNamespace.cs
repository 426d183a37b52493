using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs;

/// <summary>A namespace of a datastore, or its root. The handle holds names; nothing is sent until a method is called.</summary>
public sealed partial class DatastoreNamespace
{
    internal DatastoreNamespace(Datastore store, BackupNamespace path) => (Datastore, Path) = (store, path);

    /// <summary>The datastore.</summary>
    public Datastore Datastore { get; }

    /// <summary>The names of the namespace and those above it.</summary>
    public BackupNamespace Path { get; }

    /// <summary>The backup groups right in the namespace.</summary>
    public BackupGroupCollection Groups => new(Datastore, Path);

    /// <summary>The snapshots right in the namespace.</summary>
    public BackupSnapshotCollection Snapshots => new(Datastore, Path);

    /// <summary>Creates the namespace; the ones above it must exist. It is no error if it exists already.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidOperationException">This is the root.</exception>
    /// <exception cref="ProxmoxNotFoundException">The namespace above does not exist.</exception>
    /// <remarks><c>POST /admin/datastore/{store}/namespace</c>. Needs <c>Datastore.Modify</c> on the namespace above.</remarks>
    public Task CreateAsync(CancellationToken cancellationToken = default) =>
        Datastore.Api.Namespace.CreateAsync(Datastore.Name.Value, Creation(), cancellationToken: cancellationToken);

    /// <inheritdoc cref="CreateAsync"/>
    public void Create(CancellationToken cancellationToken = default) =>
        Datastore.Api.Namespace.Create(Datastore.Name.Value, Creation(), cancellationToken: cancellationToken);

    /// <summary>Creates the namespace and those above it that are missing. It is no error if it exists already.</summary>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InvalidOperationException">This is the root.</exception>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks>
    /// <c>POST /admin/datastore/{store}/namespace</c>, once for each namespace that is missing, and once for the refusal that tells of it. Needs
    /// <c>Datastore.Modify</c> on the namespace above the first one that is missing.
    /// </remarks>
    public async Task CreateWithParentsAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await CreateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxNotFoundException) when (Parent is { } parent)
        {
            await parent.CreateWithParentsAsync(cancellationToken).ConfigureAwait(false);
            await CreateAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="CreateWithParentsAsync"/>
    public void CreateWithParents(CancellationToken cancellationToken = default)
    {
        try
        {
            Create(cancellationToken);
        }
        catch (ProxmoxNotFoundException) when (Parent is { } parent)
        {
            parent.CreateWithParents(cancellationToken);
            Create(cancellationToken);
        }
    }

    /// <summary>Deletes the namespace with the namespaces below it.</summary>
    /// <param name="deleteGroups">True to delete the backups in it too. Default: false, and then the server refuses if there are some.</param>
    /// <param name="errorOnProtected">
    /// Whether protected snapshots, which stay, make the call fail; null leaves it to the server, which fails. Servers from 3.3 on.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidOperationException">This is the root.</exception>
    /// <exception cref="ProxmoxNotFoundException">There is no such namespace or datastore.</exception>
    /// <exception cref="ProxmoxConflictException">Protected snapshots stayed.</exception>
    /// <remarks><c>DELETE /admin/datastore/{store}/namespace</c>. Needs <c>Datastore.Modify</c> on the namespace above.</remarks>
    public Task DeleteAsync(bool deleteGroups = false, bool? errorOnProtected = null, CancellationToken cancellationToken = default) =>
        Datastore.Api.Namespace.DeleteAsync(Datastore.Name.Value, Deletion(deleteGroups, errorOnProtected), cancellationToken: cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public void Delete(bool deleteGroups = false, bool? errorOnProtected = null, CancellationToken cancellationToken = default) =>
        Datastore.Api.Namespace.Delete(Datastore.Name.Value, Deletion(deleteGroups, errorOnProtected), cancellationToken: cancellationToken);

    /// <summary>Moves the namespace with all its backups to another place in the datastore. Newer servers only.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="mergeGroups">Whether groups that exist at the target take the snapshots over; null leaves it to the server.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="InvalidOperationException">This is the root.</exception>
    /// <remarks><c>POST /admin/datastore/{store}/move-namespace</c>. Needs <c>Datastore.Modify</c> on both namespaces. Starts a task.</remarks>
    public Task<PbsTask> MoveToAsync(BackupNamespace target, bool? mergeGroups = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.StartedAsync(
            Datastore.Api.MoveNamespaceAsync(Datastore.Name.Value, Movement(target, mergeGroups), cancellationToken: cancellationToken));

    /// <inheritdoc cref="MoveToAsync"/>
    public PbsTask MoveTo(BackupNamespace target, bool? mergeGroups = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.Started(Datastore.Api.MoveNamespace(Datastore.Name.Value, Movement(target, mergeGroups), cancellationToken: cancellationToken));

    /// <summary>
    /// Removes the snapshots that a policy does not keep, in all groups of the namespace and of those below it. Protected snapshots stay.
    /// <see cref="PreviewPruneAsync"/> shows beforehand which they are.
    /// </summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="maxDepth">How many levels of namespaces below are included, 0 to 7; null for all.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ArgumentException">The policy keeps nothing.</exception>
    /// <exception cref="ProxmoxNotFoundException">There is no such namespace or datastore.</exception>
    /// <remarks><c>POST /admin/datastore/{store}/prune-datastore</c>. Needs <c>Datastore.Modify</c>, or <c>Datastore.Prune</c> for groups of one's own.
    /// Starts a task.</remarks>
    public Task<PbsTask> PruneAsync(RetentionPolicy policy, int? maxDepth = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.StartedAsync(
            Datastore.Api.PruneDatastoreAsync(Datastore.Name.Value, Pruning(policy, maxDepth), cancellationToken: cancellationToken));

    /// <inheritdoc cref="PruneAsync"/>
    public PbsTask Prune(RetentionPolicy policy, int? maxDepth = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.Started(Datastore.Api.PruneDatastore(Datastore.Name.Value, Pruning(policy, maxDepth), cancellationToken: cancellationToken));

    /// <summary>Checks the snapshots of the namespace and of those below it against their checksums.</summary>
    /// <param name="options">Which snapshots, and how; null for all that were not checked yet.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>The task; it fails if a snapshot is broken.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such namespace or datastore.</exception>
    /// <remarks><c>POST /admin/datastore/{store}/verify</c>. Needs <c>Datastore.Verify</c> on the namespace. Starts a task.</remarks>
    public Task<PbsTask> VerifyAsync(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.StartedAsync(Datastore.Api.VerifyAsync(Datastore.Name.Value, Verification(options), cancellationToken: cancellationToken));

    /// <inheritdoc cref="VerifyAsync"/>
    public PbsTask Verify(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.Started(Datastore.Api.Verify(Datastore.Name.Value, Verification(options), cancellationToken: cancellationToken));

    /// <summary>
    /// Checks the snapshots of the namespace and of those below it, waits for the end, and tells which did not pass. Broken snapshots are a result here, not
    /// an exception.
    /// </summary>
    /// <param name="options">Which snapshots, and how; null for all that were not checked yet.</param>
    /// <param name="wait">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on unless the options say otherwise.</param>
    /// <exception cref="ProxmoxTaskFailedException">The task ended with an error other than broken snapshots.</exception>
    /// <exception cref="ProxmoxTaskWaitException">The time for waiting is up, or the server could not be asked for too long.</exception>
    /// <remarks>
    /// <c>POST /admin/datastore/{store}/verify</c>, and the log of its task. Needs <c>Datastore.Verify</c> on the namespace.
    /// </remarks>
    public Task<VerificationReport> RunVerificationAsync(
        VerifyOptions? options = null, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default) =>
        VerificationRun.RunAsync(VerifyAsync(options, cancellationToken), Datastore.Name, wait, cancellationToken);

    /// <inheritdoc cref="RunVerificationAsync"/>
    public VerificationReport RunVerification(VerifyOptions? options = null, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default) =>
        VerificationRun.Run(Verify(options, cancellationToken), Datastore.Name, wait, cancellationToken);

    /// <summary>Returns the names with slashes; empty for the root.</summary>
    public override string ToString() => Path.ToString();

    private static RetentionPolicy Checked(RetentionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.Checked();
    }

    // The namespace above; null if that is the root, which is always there.
    private DatastoreNamespace? Parent =>
        Path.ToString() is { } path && path.LastIndexOf('/') is > 0 and int slash ? Datastore.Namespaces[path[..slash]] : null;

    private string NotRoot() => Path.IsRoot ? throw new InvalidOperationException("The root of a datastore is always there.") : Path.ToString();

    private AdminDatastoreNamespaceCreateRequest Creation()
    {
        string path = NotRoot();
        int slash = path.LastIndexOf('/');
        return new() { Name = path[(slash + 1)..], Parent = slash < 0 ? null : path[..slash] };
    }

    private AdminDatastoreNamespaceDeleteRequest Deletion(bool deleteGroups, bool? errorOnProtected) =>
        new() { Ns = NotRoot(), DeleteGroups = deleteGroups ? true : null, ErrorOnProtected = errorOnProtected };

    private AdminDatastoreMoveNamespaceRequest Movement(BackupNamespace target, bool? mergeGroups) =>
        new() { Ns = NotRoot(), TargetNs = target.ToString(), MergeGroups = mergeGroups };

    private AdminDatastorePruneDatastoreRequest Pruning(RetentionPolicy policy, int? maxDepth) => Checked(policy).ToRequest(GroupTarget.Wire(Path), maxDepth);

    private AdminDatastoreVerifyRequest Verification(VerifyOptions? options) => (options ?? VerifyOptions.Default).ToRequest(GroupTarget.Wire(Path));
}
