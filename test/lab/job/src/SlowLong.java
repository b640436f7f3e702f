package lab;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A long that takes "write" us to be written by the threads of the asynchronous phase of a checkpoint, and no time by
 * others: what a slow store or a slow network does to it. The state on the heap is written by those threads.
 */
public final class SlowLong extends TypeSerializerSingleton<Long> {
    private static final String ASYNCHRONOUS = "AsyncOperations";

    static volatile Node knobs;

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public Long createInstance() {
        return 0L;
    }

    @Override
    public Long copy(Long from) {
        return from;
    }

    @Override
    public Long copy(Long from, Long reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return Long.BYTES;
    }

    @Override
    public void serialize(Long value, DataOutputView target) throws IOException {
        Node node = knobs;
        if (node != null && Thread.currentThread().getName().startsWith(ASYNCHRONOUS)) {
            Ctl.version(node.ctl);
            long ns = (long) (1000 * node.num("write", 0));
            if (ns > 0) {
                LockSupport.parkNanos(ns);
            }
        }
        LongSerializer.INSTANCE.serialize(value, target);
    }

    @Override
    public Long deserialize(DataInputView source) throws IOException {
        return LongSerializer.INSTANCE.deserialize(source);
    }

    @Override
    public Long deserialize(Long reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        LongSerializer.INSTANCE.copy(source, target);
    }

    @Override
    public TypeSerializerSnapshot<Long> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Flink makes one by reflection. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Long> {
        public Snapshot() {
            super(SlowLong::new);
        }
    }
}
